import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, tooMany } from './support/service.js';
import { connected, heard, outcome, unhandled, within, world } from './support/world.js';

const start = (client) => client.sendTypingIndicator({ type: 'typing' });
const stop = (client) => client.sendTypingIndicator({ type: 'stopTyping' });

test('a burst is one start and one stop, whatever is called', async () => {
  const { client, clock, service } = await connected();
  await Promise.all([start(client), start(client), start(client)]);
  await clock.advance(1000);
  await start(client);
  await Promise.all([stop(client), stop(client)]);
  await stop(client);
  await clock.advance(10_000);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('said on every key, typing lasts a minute from the last one, and no longer', async () => {
  const { client, clock, service } = await connected({ typing: { refresh: null } });
  for (let key = 0; key < 900; key++) {
    await start(client);
    await clock.advance(100);
  }
  await clock.advance(58_000);
  assert.deepEqual(service.sent, ['typing']);
  await clock.advance(3000);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('what is said again costs no promise and no timer of its own', async () => {
  const { client, clock } = await connected();
  await start(client);
  await start(client);
  const timers = [...clock.timers.keys()];
  assert.equal(start(client), start(client));
  assert.deepEqual([...clock.timers.keys()], timers);
});

test('whatever ends typing, the next start is heard', async () => {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const show = (hidden) => {
    document.hidden = hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  for (const [name, end] of Object.entries({
    stop: ({ client }) => stop(client),
    text: ({ client }) => client.sendMessage({ text: 'x' }),
    hide: () => { show(true); show(false); },
  })) {
    for (const profile of ['guide', 'live']) {
      const made = await connected({ page: { document }, profile });
      for (let key = 0; key < 3; key++) await start(made.client);
      await within(made.clock, Promise.resolve(end(made)));
      await made.clock.advance(7000);
      const before = made.service.sent.length;
      for (let key = 0; key < 3; key++) start(made.client);
      await made.clock.advance(1000);
      assert.deepEqual(made.service.sent.slice(before), ['typing'], `${name}, ${profile}`);
      await within(made.clock, made.client.disconnect());
      assert.equal(made.clock.timers.size, 0);
    }
  }
});

test('said again, typing is refused as ever where it cannot be told', async () => {
  const { client, clock, service } = await connected({ conversationId: 'c-1' });
  for (let key = 0; key < 3; key++) await start(client);
  await assert.rejects(client.sendTypingIndicator({ type: 'typing', conversationId: 'c-2' }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(client.sendTypingIndicator({ type: 'Typing' }), { code: 'INVALID_ARGUMENT' });
  service.drop();
  await assert.rejects(start(client), { code: 'INVALID_STATE' });
  await within(clock, client.disconnect());
  await assert.rejects(start(client), { code: 'INVALID_STATE' });
});

test('what an old connection has carried does not settle a start on the next one', async () => {
  const { client, clock, service } = await connected({ typing: { minGap: 3000 } });
  await start(client);
  service.newSession = false;
  service.drop();
  await within(clock, client.connect());
  const again = start(client);
  const early = await outcome(again);
  const carried = service.sent.length;
  await within(clock, again, 5000);
  assert.deepEqual([early, carried], ['pending', 1], 'the start waits for its own notice');
  assert.deepEqual(service.sent, ['typing', 'typing']);
});

test('stopping without having started says nothing', async () => {
  const { client, clock, service } = await connected();
  await stop(client);
  await clock.advance(100);
  assert.deepEqual(service.sent, []);
});

test('other types are refused in clear words', async () => {
  const { client, service } = await connected();
  for (const type of ['Typing', 'stop', '', undefined, null, 3]) {
    await assert.rejects(client.sendTypingIndicator({ type }), {
      code: 'INVALID_ARGUMENT', message: /'typing' or 'stopTyping'/,
    });
  }
  await assert.rejects(client.sendTypingIndicator(), { code: 'INVALID_ARGUMENT' });
  assert.deepEqual(service.sent, []);
});

test('a start too soon after the last one settles when it is written', async () => {
  const { client, clock, service } = await connected();
  await start(client);
  await stop(client);
  const again = start(client);
  assert.equal(await outcome(again), 'pending');
  await within(clock, again, 600);
  await clock.advance(0);
  assert.deepEqual(service.sent, ['typing', 'stop', 'typing']);
});

test('a start that is stopped before it was written is settled, and nothing is said', async () => {
  const { client, clock, service } = await connected();
  await start(client);
  await stop(client);
  const again = start(client);
  await stop(client);
  await again;
  await clock.advance(2000);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('a start that waits is settled by a text', async () => {
  const { client, clock, service } = await connected();
  await start(client);
  await stop(client);
  const again = start(client);
  await within(clock, client.sendMessage({ text: 'done' }));
  await again;
  await clock.advance(2000);
  assert.deepEqual(service.sent, ['typing', 'stop', 'text done']);
});

test('a start that a hidden page has ended is settled in the end', async () => {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const { client, clock } = await connected({ page: { document } });
  await start(client);
  await stop(client);
  const again = start(client);
  document.hidden = true;
  document.dispatchEvent(new Event('visibilitychange'));
  await within(clock, again, 61_000);
});

test('the stop before a text goes out before it', async () => {
  const { client, clock, service } = await connected();
  await start(client);
  // As the tutorial does it: not awaited.
  stop(client);
  await within(clock, client.sendMessage({ text: 'hello' }));
  await clock.advance(5000);
  assert.deepEqual(service.sent, ['typing', 'stop', 'text hello']);
});

test('not connected, typing is INVALID_STATE', async () => {
  const { client, clock } = world();
  await assert.rejects(start(client), { code: 'INVALID_STATE' });
  await assert.rejects(stop(client), { code: 'INVALID_STATE' });
  await within(clock, client.connect());
  await within(clock, client.disconnect());
  await assert.rejects(start(client), { code: 'INVALID_STATE', message: /disconnected/ });
});

test('while reconnecting, typing is INVALID_STATE, and the agent is told afterwards if the user still types', async () => {
  const { client, clock, service } = await connected();
  service.drop();
  await assert.rejects(start(client), { code: 'INVALID_STATE', message: /reconnecting/ });
  await within(clock, client.connect());
  await clock.advance(100);
  assert.deepEqual(service.sent, ['typing']);

  await stop(client);
  service.drop();
  await assert.rejects(start(client), { code: 'INVALID_STATE' });
  await assert.rejects(stop(client), { code: 'INVALID_STATE' });
  await within(clock, client.connect());
  await clock.advance(100);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('a start that waits when the connection is lost rejects with NETWORK', async () => {
  const { client, clock, service } = await connected();
  await start(client);
  await stop(client);
  const again = start(client);
  service.drop();
  await assert.rejects(again, { code: 'NETWORK' });
  await within(clock, client.disconnect());
});

test('while the service asks for a pause, typing is RATE_LIMITED and says for how long', async () => {
  const { client, clock, service } = await connected();
  const errors = heard(client, 'error');
  service.answers.typing_on = tooMany(7);
  await start(client);
  await clock.advance(100);
  assert.deepEqual(errors.map(([, { code, retryAfter }]) => [code, retryAfter]), [['RATE_LIMITED', 7]]);
  await assert.rejects(start(client), (error) => {
    assert.equal(error.code, 'RATE_LIMITED');
    assert.ok(error.retryAfter > 6 && error.retryAfter <= 7);
    return true;
  });
  assert.deepEqual(service.sent, ['typing']);

  delete service.answers.typing_on;
  await clock.advance(7000);
  assert.deepEqual(service.sent, ['typing', 'typing'], 'the user still types');
  await stop(client);
});

test('a start that waits when a pause begins is RATE_LIMITED', async () => {
  const { client, clock, service } = await connected();
  await start(client);
  await stop(client);
  const again = start(client);
  service.push(tooMany(7));
  assert.equal((await outcome(again)).error?.code, 'RATE_LIMITED');
  await clock.advance(7000);
  assert.deepEqual(service.sent, ['typing', 'stop', 'typing'], 'the user still types');
});

test('a refused feature is NOT_SUPPORTED from then on', async () => {
  const { client, clock, service } = await connected();
  const errors = heard(client, 'error');
  service.answers.typing_on = refusal(403, 'Turn on the Feature Toggle');
  await start(client);
  await clock.advance(100);
  assert.deepEqual(errors.map(([, { code, capability }]) => [code, capability]), [['NOT_SUPPORTED', 'typing']]);
  await assert.rejects(start(client), { code: 'NOT_SUPPORTED' });
  await stop(client);
  assert.deepEqual(service.sent, ['typing']);
});

test('where the end of typing has no word, a stop is settled at once', async () => {
  const { client, clock, service } = await connected({ profile: 'live' });
  await start(client);
  await stop(client);
  await clock.advance(10_000);
  assert.deepEqual(service.sent, ['typing']);
});

test('another conversation is INVALID_ARGUMENT', async () => {
  const { client, service } = await connected({ conversationId: 'c-1' });
  await assert.rejects(client.sendTypingIndicator({ type: 'typing', conversationId: 'c-2' }), { code: 'INVALID_ARGUMENT' });
  await client.sendTypingIndicator({ type: 'typing', conversationId: 'c-1' });
  assert.deepEqual(service.sent, ['typing']);
});

test('whoever does not wait causes no unhandled rejection', async () => {
  const { client, clock, service } = await connected();
  client.sendTypingIndicator({ type: 'wrong' });
  client.sendReadReceipt({ messageId: 'unknown' });
  client.sendMessage({ text: '' });
  client.sendMessage({ text: 'never answered' });
  start(client);
  await clock.advance(1);
  service.drop();
  start(client);
  client.disconnect();
  await clock.advance(5000);
  client.free();
  await clock.advance(0);
  assert.deepEqual(unhandled, []);
});
