import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message, refusal, tooMany } from './support/service.js';
import { connected, heard, outcome, within, world } from './support/world.js';

test('a text settles when it is confirmed, and shows as an own message', async () => {
  const { client, clock, service } = await connected({ conversationId: 'c-1' });
  const events = heard(client, 'message', 'messageStatus');
  const sent = await within(clock, client.sendMessage({ text: 'hello', attributes: { order: '4711' } }));
  assert.deepEqual(sent, { key: 1, id: 'own-1', time: '2026-05-04T09:00:00.000Z' });
  assert.deepEqual(events, [
    ['messageStatus', { key: 1, status: 'sending' }],
    ['messageStatus', { key: 1, id: 'own-1', status: 'sent' }],
    ['message', {
      id: 'own-1', text: 'hello', senderId: 'guest', direction: 'inbound', time: '2026-05-04T09:00:00.000Z',
      nickname: null, entity: null, content: [], conversationId: 'c-1', key: 1,
    }],
  ]);
  const { channel } = service.frames.at(-1).message;
  assert.deepEqual(channel.metadata.customAttributes, { order: '4711' });
  assert.deepEqual(client.unsentTexts(), []);
});

test('texts go out one by one, in their order', async () => {
  const { client, clock, service } = await connected();
  const statuses = heard(client, 'messageStatus');
  const all = Promise.all(['a', 'b', 'c'].map((text) => client.sendMessage({ text })));
  assert.deepEqual(client.unsentTexts().map(({ status }) => status), ['sending', 'queued', 'queued']);
  const sent = await within(clock, all);
  assert.deepEqual(sent.map(({ key }) => key), [1, 2, 3]);
  assert.deepEqual(service.sent, ['text a', 'text b', 'text c']);
  assert.equal(statuses[0][1].status, 'sending');
  assert.equal(statuses[1][1].status, 'queued');
});

test('a text that the service would refuse is refused here', async () => {
  const { client, clock, service } = await connected();
  await assert.rejects(client.sendMessage({ text: 'x'.repeat(4097) }), { code: 'MESSAGE_TOO_LONG', message: /4097/ });
  for (const text of ['', undefined, null, 3]) {
    await assert.rejects(client.sendMessage({ text }), { code: 'INVALID_ARGUMENT' });
  }
  await assert.rejects(client.sendMessage({ text: 'x', conversationId: '' }), { code: 'INVALID_ARGUMENT' });
  const circle = {};
  circle.of = circle;
  for (const attributes of [{ a: 1 }, null, [], circle, { a: 1n }, () => {}]) {
    await assert.rejects(client.sendMessage({ text: 'x', attributes }), { code: 'INVALID_ARGUMENT', message: /attributes/ });
  }
  await clock.advance(100);
  assert.deepEqual(service.sent, []);
  assert.deepEqual(client.unsentTexts(), []);
});

test('a full queue is QUEUE_FULL, and loses nothing', async () => {
  const { client, clock, service } = await connected({ limits: { texts: 1 } });
  const first = client.sendMessage({ text: 'a' });
  await assert.rejects(client.sendMessage({ text: 'b' }), { code: 'QUEUE_FULL' });
  await within(clock, first);
  assert.deepEqual(service.sent, ['text a']);
});

test('while reconnecting texts queue, and go out afterwards', async () => {
  const { client, clock, service } = await connected();
  const statuses = heard(client, 'messageStatus');
  service.drop();
  service.newSession = false;
  const sent = client.sendMessage({ text: 'later' });
  assert.deepEqual(statuses, [['messageStatus', { key: 1, status: 'queued' }]]);
  assert.equal(await outcome(sent), 'pending');
  await within(clock, sent);
  assert.deepEqual(service.sent, ['text later']);
});

test('not connected, a text is INVALID_STATE', async () => {
  const { client, clock } = world();
  await assert.rejects(client.sendMessage({ text: 'x' }), { code: 'INVALID_STATE' });
  await within(clock, client.connect());
  await within(clock, client.disconnect());
  await assert.rejects(client.sendMessage({ text: 'x' }), { code: 'INVALID_STATE' });
});

test('a refused text rejects with its key and the code, and can be tried again', async () => {
  const { client, clock, service } = await connected();
  const statuses = heard(client, 'messageStatus');
  service.answers.text = refusal(4013);
  const error = await within(clock, client.sendMessage({ text: 'x' })).catch((thrown) => thrown);
  assert.deepEqual([error.code, error.key, error.status, error.name], ['MESSAGE_FAILED', 1, 4013, 'MessageError']);
  assert.deepEqual(client.unsentTexts(), [{ key: 1, text: 'x', status: 'failed' }]);
  delete service.answers.text;
  const sent = await within(clock, client.retry(error.key));
  assert.equal(sent.key, 1);
  assert.deepEqual(statuses.map(([, { status, code }]) => code ?? status), ['sending', 4013, 'sending', 'sent']);
});

test('a text that the service finds too long is MESSAGE_TOO_LONG with its key', async () => {
  const { client, clock, service } = await connected();
  service.answers.text = refusal(4011);
  await assert.rejects(within(clock, client.sendMessage({ text: 'x' })), { code: 'MESSAGE_TOO_LONG', key: 1 });
  client.discard(1);
});

test('a text without an answer is unconfirmed; a late answer still confirms it', async () => {
  const { client, clock, service } = await connected();
  const messages = heard(client, 'message');
  service.answers.text = null;
  await assert.rejects(within(clock, client.sendMessage({ text: 'x' })), { code: 'MESSAGE_UNCONFIRMED', key: 1 });
  assert.deepEqual(client.unsentTexts(), [{ key: 1, text: 'x', status: 'unconfirmed' }]);
  const { tracingId } = service.frames.at(-1);
  service.push({ ...message({ direction: 'Inbound', type: 'Text', text: 'x', id: 'late' }), tracingId });
  assert.deepEqual(client.unsentTexts(), []);
  assert.deepEqual(messages.map(([, { id, text, key }]) => [id, text, key]), [['late', 'x', 1]]);
});

test('a lost connection leaves the text under way unconfirmed, and the others in line', async () => {
  const { client, clock, service } = await connected();
  service.answers.text = null;
  const [first, second] = ['a', 'b'].map((text) => client.sendMessage({ text }));
  await clock.advance(10);
  delete service.answers.text;
  service.newSession = false;
  service.drop();
  await assert.rejects(first, { code: 'MESSAGE_UNCONFIRMED', key: 1 });
  await within(clock, second);
  assert.deepEqual(service.sent, ['text a', 'text b']);
});

test('a pause delays a text, and does not fail it', async () => {
  const { client, clock, service } = await connected();
  let times = 0;
  service.answers.text = (frame) => (times++ === 0 ? tooMany(2) : message({ direction: 'Inbound', type: 'Text', text: frame.message.text, id: 'ok' }));
  const sent = await within(clock, client.sendMessage({ text: 'x' }));
  assert.equal(sent.id, 'ok');
  assert.deepEqual(service.sent, ['text x', 'text x']);
});

test('discard takes a text out of the line, and settles it', async () => {
  const { client, clock, service } = await connected();
  service.drop();
  const sent = client.sendMessage({ text: 'x' });
  client.discard(1);
  await assert.rejects(sent, { code: 'MESSAGE_DISCARDED', key: 1 });
  service.newSession = false;
  await within(clock, client.connect());
  await clock.advance(100);
  assert.deepEqual(service.sent, []);
  assert.throws(() => client.discard(1), { code: 'MESSAGE_NOT_FOUND', key: 1 });
  await assert.rejects(client.retry(1), { code: 'MESSAGE_NOT_FOUND', key: 1 });
});

test('what waits can be discarded after a first dial that failed', async () => {
  const { client, clock, service } = await connected();
  service.drop();
  const first = client.sendMessage({ text: 'one' });
  const second = client.sendMessage({ text: 'two' });
  await client.disconnect();
  service.dial = 'refuse';
  await assert.rejects(within(clock, client.connect()), { code: 'NETWORK' });
  const told = heard(client, 'messageStatus');
  client.discard(1);
  assert.deepEqual(told, [['messageStatus', { key: 1, status: 'discarded' }]]);
  assert.deepEqual(client.unsentTexts().map(({ key }) => key), [2]);
  assert.throws(() => client.discard(1), { code: 'MESSAGE_NOT_FOUND' });

  service.dial = 'open';
  const snapshot = client.snapshot();
  await within(clock, client.connect());
  await assert.rejects(client.retry(1), { code: 'MESSAGE_NOT_FOUND' });
  await within(clock, client.retry(2));
  assert.deepEqual(service.sent, ['text two']);
  await assert.rejects(first);
  await assert.rejects(second);

  const elsewhere = await connected({ restore: snapshot });
  assert.deepEqual(elsewhere.client.unsentTexts().map(({ key }) => key), [2]);
});

test('a listener that retries at once gets a promise of the new try', async () => {
  const { client, clock, service } = await connected();
  service.answers.text = refusal(400);
  let again;
  client.on('messageStatus', ({ key, status }) => {
    if (status !== 'failed') return;
    delete service.answers.text;
    again = client.retry(key);
  });
  await assert.rejects(within(clock, client.sendMessage({ text: 'a' })), { code: 'MESSAGE_FAILED' });
  assert.equal((await within(clock, again)).key, 1);
  assert.deepEqual(client.unsentTexts(), []);
});

test('when it is told that a text is discarded, it is gone', async () => {
  const { client, service } = await connected();
  service.drop();
  client.sendMessage({ text: 'a' });
  const left = [];
  client.on('messageStatus', ({ status }) => left.push([status, client.unsentTexts().length]));
  client.discard(1);
  assert.deepEqual(left, [['discarded', 0]]);
});

test('a key that is no number is refused, and changes nothing', async () => {
  const { client, service } = await connected();
  service.drop();
  client.sendMessage({ text: 'a' });
  for (const key of ['1', null, undefined, 1n, {}]) {
    await assert.rejects(client.retry(key), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => client.discard(key), { code: 'INVALID_ARGUMENT' });
  }
  assert.deepEqual(client.unsentTexts(), [{ key: 1, text: 'a', status: 'queued' }]);
});

test('retry of a text that is still on its way waits for it', async () => {
  const { client, clock, service } = await connected();
  const sent = client.sendMessage({ text: 'x' });
  const again = client.retry(1);
  assert.deepEqual(await within(clock, again), await sent);
  assert.deepEqual(service.sent, ['text x']);
});

test('disconnect fails what is in line, and keeps it for retry', async () => {
  const { client, clock, service } = await connected();
  service.drop();
  const sent = client.sendMessage({ text: 'x' });
  const failing = assert.rejects(sent, { code: 'MESSAGE_FAILED', key: 1, reason: 'disconnected' });
  await within(clock, client.disconnect());
  await failing;
  service.newSession = false;
  await within(clock, client.connect());
  await clock.advance(1000);
  assert.deepEqual(service.sent, [], 'never by itself');
  await within(clock, client.retry(1));
  assert.deepEqual(service.sent, ['text x']);
});

test('an end that is not asked for settles what is in line as still queued', async () => {
  const { client, clock, service } = await connected({ reconnect: { giveUp: 2000 } });
  service.dial = 'refuse';
  service.drop();
  const sent = client.sendMessage({ text: 'x' });
  await assert.rejects(within(clock, sent), (error) => {
    assert.deepEqual([error.code, error.key, error.cause.code], ['MESSAGE_QUEUED', 1, 'NETWORK']);
    return true;
  });
  assert.deepEqual(client.unsentTexts(), [{ key: 1, text: 'x', status: 'queued' }]);
  service.dial = 'open';
  service.newSession = false;
  const confirmed = heard(client, 'messageStatus');
  await within(clock, client.connect());
  await clock.advance(100);
  assert.deepEqual(service.sent, ['text x'], 'once');
  assert.equal(confirmed.at(-1)[1].status, 'sent');
});

test('free settles everything', async () => {
  const { client, service, clock } = await connected();
  service.answers.text = null;
  const texts = ['a', 'b'].map((text) => client.sendMessage({ text }));
  client.free();
  const outcomes = await Promise.allSettled(texts);
  assert.deepEqual(outcomes.map(({ status }) => status), ['rejected', 'rejected']);
  await clock.advance(100);
});
