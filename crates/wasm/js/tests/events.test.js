import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedReadOnly, message, refusal } from './support/service.js';
import { connected, heard, settle, within, world } from './support/world.js';

test('what comes in the task of connect is heard by whoever listens right after it', async () => {
  const { client, clock, service } = world();
  const early = heard(client, 'connectionStateChange');
  // Three messages in one task, as a socket in Node may deliver them.
  service.answers.configure = (frame) => [
    { type: 'response', class: 'SessionResponse', code: 200, body: { connected: true, newSession: true }, tracingId: frame.tracingId },
    message({ direction: 'Outbound', type: 'Text', text: 'welcome', id: 'm-1' }),
    message({ direction: 'Outbound', type: 'Text', text: 'how can I help?', id: 'm-2' }),
  ];
  const late = [];
  const listening = (async () => {
    await client.connect();
    await null;
    client.on('message', ({ text }) => late.push(text));
    client.on('connectionStateChange', (state) => late.push(state));
  })();
  await within(clock, listening);
  await clock.advance(0);
  assert.deepEqual(late, ['welcome', 'how can I help?']);
  assert.deepEqual(early.map(([, state]) => state), ['connecting', 'connected']);
});

test('what was held comes in order, before what listeners cause', async () => {
  const { client, clock, service } = world();
  service.answers.configure = (frame) => [
    { type: 'response', class: 'SessionResponse', code: 200, body: { connected: true }, tracingId: frame.tracingId },
    message({ direction: 'Outbound', type: 'Text', text: 'one', id: 'm-1' }),
    message({ direction: 'Outbound', type: 'Text', text: 'two', id: 'm-2' }),
  ];
  const order = [];
  client.on('message', ({ id, text }) => {
    order.push(text);
    client.sendReadReceipt({ messageId: id });
  });
  client.on('messageStatus', ({ id }) => order.push(id));
  await within(clock, client.connect());
  await clock.advance(0);
  assert.deepEqual(order, ['one', 'two', 'm-1', 'm-2']);
});

test('what is held when the client is freed is told by then, and nothing after', async () => {
  const { client, clock } = world();
  const states = heard(client, 'connectionStateChange');
  let told;
  await within(clock, client.connect().then(() => {
    client.free();
    told = states.map(([, state]) => state);
  }));
  await clock.advance(1000);
  assert.deepEqual(told, ['connecting', 'connected', 'disconnected']);
  assert.deepEqual([states.length, clock.timers.size], [told.length, 0]);
});

test('an agent\'s message tells all that the service told', async () => {
  const { client, service } = await connected({ conversationId: 'c-1' });
  const events = heard(client, 'message');
  service.push(message({
    direction: 'Outbound', type: 'Structured', text: 'choose', id: 'body-id', originatingEntity: 'Bot',
    channel: { messageId: 'm-1', time: '2026-05-04T09:00:07.904Z', from: { nickname: 'Kim' } },
    content: [
      { contentType: 'QuickReply', quickReply: { text: 'Yes', payload: 'yes-1', action: 'Message' } },
      { contentType: 'Attachment', attachment: { id: 'a-1', url: 'https://f.example/1', mediaType: 'Image', fileSize: 7 } },
      { contentType: 'Story', story: { some_thing: 1 } },
    ],
  }));
  assert.deepEqual(events, [['message', {
    id: 'm-1', text: 'choose', senderId: 'agent', direction: 'outbound', time: '2026-05-04T09:00:07.904Z',
    nickname: 'Kim', entity: events[0][1].entity, conversationId: 'c-1',
    content: [
      { type: 'quickReply', text: 'Yes', payload: 'yes-1', action: 'Message' },
      { type: 'attachment', id: 'a-1', url: 'https://f.example/1', mediaType: 'image', fileSize: 7 },
      { type: 'story', raw: { contentType: 'Story', story: { some_thing: 1 } } },
    ],
  }]]);
  assert.match(events[0][1].entity, /^bot$/i);
});

test('content is told in one shape, whatever the service wrote', async () => {
  const { client, service } = await connected();
  const events = heard(client, 'message');
  const action = { type: 'Postback', text: 'Book', payload: 'b-1' };
  service.push(message({
    direction: 'Outbound', type: 'Structured', id: 'm-1',
    content: [
      { contentType: 'Carousel', carousel: { cards: [{ title: 'A', defaultAction: { type: 'Link', url: 'https://a.example' }, actions: [action] }] } },
      { contentType: 'ButtonResponse', buttonResponse: { text: 'Yes', payload: 'y', type: 'ListPicker' } },
      { contentType: 'Card' }, { contentType: 'Card', card: 'text' }, { card: { title: 'A' } }, 7, null,
    ],
  }));
  assert.deepEqual(events[0][1].content, [
    {
      type: 'carousel',
      cards: [{
        title: 'A', defaultAction: { kind: 'link', url: 'https://a.example' },
        actions: [{ kind: 'postback', text: 'Book', payload: 'b-1' }],
      }],
    },
    { type: 'buttonResponse', text: 'Yes', payload: 'y', kind: 'listPicker' },
    { type: 'card', raw: { contentType: 'Card' } },
    { type: 'card', raw: { contentType: 'Card', card: 'text' } },
    { type: 'unknown', raw: { card: { title: 'A' } } },
    { type: 'unknown', raw: 7 },
    { type: 'unknown', raw: null },
  ]);
});

test('the same message is announced once', async () => {
  const { client, service } = await connected();
  const events = heard(client, 'message');
  service.agentSays('hello', { id: 'm-1' });
  service.agentSays('hello', { id: 'm-1' });
  assert.equal(events.length, 1);
});

test('a text of the guest from elsewhere is an own message', async () => {
  const { client, service } = await connected();
  const events = heard(client, 'message');
  service.push(message({ direction: 'Inbound', type: 'Text', text: 'from my phone', id: 'm-1' }));
  assert.deepEqual(events.map(([, { senderId, text, key }]) => [senderId, text, key]), [['guest', 'from my phone', undefined]]);
  await client.sendReadReceipt({ messageId: 'm-1' });
  assert.deepEqual(service.sent, []);
});

test('the agent\'s typing starts once and stops once, with its reason', async () => {
  const { client, clock, service } = await connected();
  const events = heard(client, 'typing', 'stopTyping');
  const who = { senderId: 'agent', name: 'Kim', hasNickname: true };
  service.agentTypes();
  service.agentTypes();
  service.agentTypes('Off');
  service.agentTypes();
  await clock.advance(5000);
  service.agentTypes();
  service.agentSays('hi', { channel: { from: { nickname: 'Kim' } } });
  service.agentTypes();
  service.push(endedReadOnly());
  assert.deepEqual(events, ['off', 'expired', 'message', 'ended'].flatMap((reason) => [
    ['typing', who], ['stopTyping', { ...who, reason }],
  ]));
});

test('after a loss the host is told that messages may be missing', async () => {
  const { client, clock, service } = await connected();
  const events = heard(client, 'messagesMayBeMissing', 'conversationReplaced', 'conversationCleared');
  service.newSession = false;
  service.drop();
  await within(clock, client.connect());
  await clock.advance(0);
  assert.deepEqual(events, [['messagesMayBeMissing', {}]]);
});

test('state changes tell the state first, then what it was and why', async () => {
  const { client, service } = await connected();
  const changes = [];
  client.on('connectionStateChange', (...args) => changes.push(args));
  service.drop();
  const [[state, { state: same, previous, error }]] = changes;
  assert.deepEqual([state, same, previous, error.code], ['reconnecting', 'reconnecting', 'connected', 'NETWORK']);
});

test('what belongs to no call is an error event', async () => {
  const { client, service } = await connected();
  const errors = heard(client, 'error');
  service.push(refusal(500));
  service.push('{not json');
  assert.deepEqual(errors.map(([, { code, status }]) => [code, status]), [['SERVER_ERROR', 500], ['SERVER_ERROR', 'undecodable']]);
});

test('a listener that throws keeps nobody from hearing, and is reported', async () => {
  const { client, service } = await connected();
  const reported = [];
  const own = globalThis.reportError;
  globalThis.reportError = (error) => reported.push(error.message);
  try {
    client.on('message', () => { throw new Error('mine'); });
    const events = heard(client, 'message');
    service.agentSays('hello');
    assert.equal(events.length, 1);
    assert.deepEqual(reported, ['mine']);
    await client.sendReadReceipt({ messageId: events[0][1].id });
  } finally {
    globalThis.reportError = own;
  }
});

test('listeners can be taken away, also while they are called', async () => {
  const { client, service } = await connected();
  const calls = [];
  const first = () => { calls.push('first'); client.off('message', first); };
  client.on('message', first);
  client.on('message', first);
  const away = client.on('message', () => calls.push('second'));
  service.agentSays('1');
  away();
  away();
  service.agentSays('2');
  assert.deepEqual(calls, ['first', 'second']);
});

test('an unknown event and a listener that is none are refused', () => {
  const { client } = world();
  assert.throws(() => client.on('messages', () => {}), { code: 'INVALID_ARGUMENT', message: /message, typing/ });
  assert.throws(() => client.on('message'), { code: 'INVALID_ARGUMENT' });
});

test('all events can be read one by one, until disconnect', async () => {
  const { client, clock, service } = await connected();
  const read = [];
  const reading = (async () => {
    for await (const event of client) read.push(event.type === 'message' ? event.detail.text : event.type);
  })();
  service.agentTypes();
  service.agentSays('one');
  await settle();
  service.agentSays('two');
  await within(clock, client.disconnect());
  await reading;
  assert.deepEqual(read, ['typing', 'stopTyping', 'one', 'two', 'connectionStateChange']);
});

test('a reader that is too slow is told how many events it has missed', async () => {
  const { client, service } = await connected();
  const events = client[Symbol.asyncIterator]();
  for (let n = 1; n <= 1100; n += 1) service.agentSays(`text ${n}`);
  assert.deepEqual(await events.next(), { done: false, value: { type: 'lagged', missed: 100 } });
  const { value } = await events.next();
  assert.equal(value.detail.text, 'text 101');
  assert.deepEqual(await events.return(), { done: true, value: undefined });
  assert.deepEqual(await events.next(), { done: true, value: undefined });
});

test('a reader that comes after the client was freed has nothing to wait for', async () => {
  const { client } = await connected();
  client.free();
  const seen = [];
  for await (const event of client) seen.push(event);
  assert.deepEqual(seen, []);
});

test('the machine can be looked at', async () => {
  const { client, clock, service } = world();
  assert.equal(client.inspect(), null);
  const sockets = heard(client, 'transport');
  await within(clock, client.connect());
  await client.sendTypingIndicator({ type: 'typing' });
  const { timer, ...rest } = client.inspect();
  assert.deepEqual(rest, { phase: 'ready', typing: true, typingShown: true });
  assert.equal(timer.timer, 'typing');
  assert.equal(timer.inMs, timer.at - clock.time);
  service.drop();
  assert.equal(client.inspect().phase, 'backoff');
  assert.deepEqual(sockets.map(([, { what, transport, detail }]) => [what, transport, detail]), [
    ['dialing', 1, 'wss://webmessaging.mypurecloud.com/v1?deploymentId=deployment-1'], ['open', 1, undefined], ['closed', 1, 1006],
  ]);
});

test('frames and timers are shown to whoever listens, without token and texts', async () => {
  const { client, clock, service } = await connected();
  const frames = [];
  const timers = [];
  client.on('frame', (frame) => frames.push(frame));
  const away = client.on('timer', (timer) => timers.push(timer));
  await client.sendTypingIndicator({ type: 'typing' });
  service.agentSays('a secret');
  assert.deepEqual(frames.map(({ direction, transport }) => [direction, transport]), [['sent', 1], ['received', 1]]);
  assert.equal(frames[0].frame.message.events[0].eventType, 'Typing');
  assert.ok(!/secret/.test(JSON.stringify(frames)));
  assert.ok(timers.some((timer) => timer?.timer === 'typing' && timer.inMs > 0), JSON.stringify(timers));
  away();
  const before = timers.length;
  await clock.advance(120_000);
  assert.equal(timers.length, before);
});
