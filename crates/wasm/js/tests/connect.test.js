import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationError, NetworkError } from '../src/index.js';
import { TestLocks, TestStore, listeners, page } from './support/page.js';
import { accepted, endedReadOnly, refusal, tooMany } from './support/service.js';
import { connected, heard, outcome, settle, within, world } from './support/world.js';

test('connect resolves when the service has accepted the session', async () => {
  const { client, clock, service } = world();
  assert.equal(client.state, 'disconnected');
  const states = heard(client, 'connectionStateChange');
  const connecting = client.connect();
  assert.equal(client.state, 'connecting');
  await within(clock, connecting);
  assert.equal(client.state, 'connected');
  assert.deepEqual(states, [['connectionStateChange', 'connecting'], ['connectionStateChange', 'connected']]);
  assert.equal(service.socket.url, 'wss://webmessaging.mypurecloud.com/v1?deploymentId=deployment-1');
  assert.deepEqual(service.frames.map(({ action, token }) => [action, token]), [['configureSession', 'secret-token']]);
});

test('a second connect is the first one, and one more is done already', async () => {
  const { client, clock, service } = world();
  await within(clock, Promise.all([client.connect(), client.connect()]));
  await client.connect();
  assert.equal(service.sockets.length, 1);
});

test('a first dial that fails rejects with NETWORK and what may be the reason, and nobody dials again', async () => {
  const { client, clock, service } = world();
  service.dial = 'refuse';
  const errors = heard(client, 'error');
  await assert.rejects(within(clock, client.connect()), (error) => {
    assert.ok(error instanceof NetworkError);
    assert.equal(error.code, 'NETWORK');
    assert.match(error.message, /deploymentId/);
    assert.match(error.message, /allowed domains/);
    assert.match(error.message, /network/);
    return true;
  });
  assert.equal(client.state, 'disconnected');
  await clock.advance(120_000);
  assert.equal(service.sockets.length, 1);
  assert.equal(clock.timers.size, 0);
  assert.deepEqual(errors, [], 'the promise has told it');

  service.dial = 'open';
  await within(clock, client.connect());
  assert.equal(client.state, 'connected');
});

test('a connection that is lost before the session is accepted is a failed connect', async () => {
  const { client, clock, service } = world();
  service.answers.configure = () => {
    service.drop();
    return null;
  };
  await assert.rejects(within(clock, client.connect()), { code: 'NETWORK' });
  assert.equal(client.state, 'disconnected');
});

test('without a token, connect rejects with an AuthenticationError', async () => {
  for (const guestToken of [undefined, null, '']) {
    const { client, service } = world({ guestToken });
    await assert.rejects(client.connect(), AuthenticationError);
    assert.equal(client.state, 'disconnected');
    assert.equal(service.sockets.length, 0);
  }
});

test('without a deployment, connect rejects with INVALID_ARGUMENT', async () => {
  const { client } = world({ deploymentId: undefined });
  await assert.rejects(client.connect(), { code: 'INVALID_ARGUMENT', message: /deploymentId/ });
});

test('options that the machine does not take are named', async () => {
  const { client, clock } = world({ typing: { idle: 100 } });
  await assert.rejects(within(clock, client.connect()), { code: 'INVALID_ARGUMENT', message: /idle/ });
  const other = world({ typing: { idel: 100 } });
  await assert.rejects(within(other.clock, other.client.connect()), { code: 'INVALID_ARGUMENT', message: /idel/ });
});

test('a session that is refused for good rejects with the code', async () => {
  const { client, clock, service } = world();
  service.answers.configure = refusal(404);
  await assert.rejects(within(clock, client.connect()), { code: 'SERVER_ERROR', status: 404 });
  assert.equal(client.state, 'disconnected');
});

test('a lost connection is dialed again, and connect() meanwhile tries at once', async () => {
  const { client, clock, service } = await connected();
  const states = heard(client, 'connectionStateChange');
  service.drop();
  assert.equal(client.state, 'reconnecting');
  service.newSession = false;
  await within(clock, client.connect());
  assert.equal(client.state, 'connected');
  assert.deepEqual(states.map(([, state]) => state), ['reconnecting', 'connected']);
  assert.equal(service.sockets.length, 2);
});

test('a connect while reconnecting that fails says so, and reconnecting goes on', async () => {
  const { client, clock, service } = await connected();
  service.drop();
  service.dial = 'refuse';
  await assert.rejects(within(clock, client.connect()), { code: 'NETWORK' });
  assert.equal(client.state, 'reconnecting');
  service.dial = 'open';
  await clock.advance(60_000);
  assert.equal(client.state, 'connected');
});

test('reconnecting that takes too long is told as an error', async () => {
  const { client, clock, service } = await connected({ reconnect: { giveUp: 5000 } });
  const errors = heard(client, 'error');
  service.dial = 'refuse';
  service.drop();
  await clock.advance(6000);
  assert.equal(client.state, 'disconnected');
  assert.deepEqual(errors.map(([, { code }]) => code), ['NETWORK']);
});

test('disconnect closes with 1000, resolves, and leaves no timer and no listener', async () => {
  const around = page();
  const { client, clock, service } = await connected({ page: around, heartbeat: 30_000 });
  assert.ok(listeners(around) > 0);
  let code;
  const { close } = service.socket;
  service.socket.close = function closeWith(given) {
    code = given;
    close.call(this, given);
  };
  await within(clock, client.disconnect());
  assert.equal(code, 1000);
  assert.equal(client.state, 'disconnected');
  assert.equal(service.socket.readyState, 3);
  assert.equal(clock.timers.size, 0);
  assert.equal(listeners(around), 0);
  await client.disconnect();
});

test('what the page has become while nobody was connected is known to the next connection', async () => {
  const around = page();
  const { client, clock, service } = await connected({ page: around });
  const id = service.agentSays('hello');
  await within(clock, client.disconnect());
  around.show(false);
  service.newSession = false;
  await within(clock, client.connect());
  const receipt = client.sendReadReceipt({ messageId: id });
  await clock.advance(1000);
  assert.deepEqual(service.sent, [], 'nobody sees it');
  around.show(true);
  await within(clock, receipt);
});

test('without a network the connection is lost at once, and tried as soon as there is one', async () => {
  const around = page();
  const { client, clock, service } = await connected({ page: around });
  service.newSession = false;
  around.window.dispatchEvent(new Event('offline'));
  assert.equal(client.state, 'reconnecting');
  around.window.dispatchEvent(new Event('online'));
  await clock.advance(1100);
  assert.equal(client.state, 'connected');
});

test('disconnect before the connection is there ends the attempt', async () => {
  const { client, clock, service } = world();
  service.dial = 'hang';
  const connecting = client.connect();
  const failing = assert.rejects(connecting, { code: 'INVALID_STATE' });
  await clock.advance(5);
  await within(clock, client.disconnect());
  await failing;
  assert.equal(client.state, 'disconnected');
});

test('disconnect in the very task of connect leaves nothing behind', async () => {
  const { client, clock, service } = world();
  const failing = assert.rejects(client.connect(), { code: 'INVALID_STATE' });
  await client.disconnect();
  await failing;
  await clock.advance(1000);
  assert.equal(service.sockets.length, 0);
  assert.equal(client.state, 'disconnected');
});

test('after disconnect one can connect again, in the same session', async () => {
  const { client, clock, service } = await connected();
  await within(clock, client.disconnect());
  service.newSession = false;
  await within(clock, client.connect());
  assert.equal(client.state, 'connected');
  const leaving = client.disconnect();
  const back = client.connect();
  await within(clock, Promise.all([leaving, back]));
  assert.equal(client.state, 'connected');
});

test('the last word counts: disconnect, connect, disconnect', async () => {
  const { client, clock, service } = await connected();
  const leaving = client.disconnect();
  const failing = assert.rejects(client.connect(), { code: 'INVALID_STATE' });
  await within(clock, Promise.all([leaving, client.disconnect()]));
  await failing;
  await clock.advance(1000);
  assert.deepEqual([client.state, service.sockets.length], ['disconnected', 1]);
  await within(clock, client.connect());
});

test('a page that is left while the client leaves holds up nobody', async () => {
  const around = page();
  const { client, clock } = await connected({ page: around });
  const leaving = client.disconnect();
  around.leave();
  await leaving;
  around.comeBack();
  await within(clock, client.connect());
  assert.equal(client.state, 'connected');
});

test('a connect that fails leaves no listener, no lock and no rejection that nobody asked for', async () => {
  const around = page();
  const locks = new TestLocks();
  const { client, clock, service } = world({ page: around, persist: { storage: new TestStore(), locks } });
  service.dial = 'refuse';
  client.connect();
  await clock.advance(1000);
  await within(clock, client.connect()).then(assert.fail, ({ code }) => assert.equal(code, 'NETWORK'));
  client.startNewConversation();
  await settle();
  assert.deepEqual([listeners(around), locks.size], [0, 0]);
  service.dial = 'open';
  await within(clock, client.connect());
  assert.deepEqual([listeners(around) > 0, locks.size], [true, 1]);
});

test('free leaves no timer, closes the socket, and is the end', async () => {
  const around = page();
  const { client, clock, service } = await connected({ page: around, heartbeat: 30_000 });
  client.free();
  assert.equal(listeners(around), 0);
  assert.equal(client.state, 'disconnected');
  assert.equal(clock.timers.size, 1, 'the socket closing in this test\'s own service');
  await clock.advance(100);
  assert.equal(clock.timers.size, 0);
  assert.equal(service.socket.readyState, 3);
  await assert.rejects(client.connect(), { code: 'INVALID_STATE' });
  client.free();
});

test('a close by the service is final, and says why', async () => {
  const { client, clock, service } = await connected();
  const errors = heard(client, 'error');
  service.push({ type: 'message', class: 'ConnectionClosedEvent', code: 200, body: {} });
  await clock.advance(60_000);
  assert.equal(client.state, 'disconnected');
  assert.equal(service.sockets.length, 1);
  assert.deepEqual(errors.map(([, { code, reason }]) => [code, reason]), [['CONNECTION_CLOSED', 'session_limit']]);
});

test('a conversation that ended is readonly, and a new one can be started', async () => {
  const { client, clock, service } = await connected();
  const events = heard(client, 'conversationEnded', 'conversationReplaced');
  service.push(endedReadOnly());
  assert.equal(client.state, 'readonly');
  await client.connect();
  await assert.rejects(client.sendMessage({ text: 'late' }), { code: 'INVALID_STATE' });
  await within(clock, client.startNewConversation());
  assert.equal(client.state, 'connected');
  assert.deepEqual(events, [['conversationEnded', { readOnly: true }], ['conversationReplaced', {}]]);
  await assert.rejects(client.startNewConversation(), { code: 'INVALID_STATE' });
});

test('a session that is readonly from the start resolves connect', async () => {
  const { client, clock, service } = world();
  service.answers.configure = accepted({ readOnly: true });
  await within(clock, client.connect());
  assert.equal(client.state, 'readonly');
});

test('an absent WebSocket is named, with what to do about it', async () => {
  const { client } = world({ WebSocket: undefined });
  const own = globalThis.WebSocket;
  delete globalThis.WebSocket;
  try {
    await assert.rejects(client.connect(), { code: 'INVALID_ARGUMENT', message: /globalThis\.WebSocket/ });
  } finally {
    if (own) globalThis.WebSocket = own;
  }
});

test('connect waits while the service asks for a pause', async () => {
  const { client, clock, service } = world();
  service.answers.configure = refusal(503);
  const connecting = client.connect();
  await clock.advance(100);
  assert.equal(await outcome(connecting), 'pending');
  delete service.answers.configure;
  await within(clock, connecting);
  assert.equal(client.state, 'connected');
});

test('a service that asks for one pause after the other is not waited for without end', async () => {
  for (const answer of [tooMany(3), refusal(503)]) {
    const { client, clock, service } = world();
    service.answers.configure = answer;
    const connecting = client.connect();
    await within(clock, connecting, 400_000).then(assert.fail, ({ code }) => assert.equal(code, 'NETWORK'));
    assert.equal(client.state, 'disconnected');
    await clock.advance(600_000);
    assert.deepEqual([service.sockets.length, clock.timers.size], [1, 0]);
  }
  const { client, clock, service } = await connected();
  service.push(endedReadOnly());
  service.answers.configure = tooMany(3);
  const starting = client.startNewConversation();
  await clock.advance(300_000);
  await assert.rejects(starting, { code: 'NETWORK' });
});

test('the connection is checked every 30 s; one that does not answer is lost', async () => {
  const { client, clock, service } = await connected({ heartbeat: undefined });
  await clock.advance(30_000);
  assert.deepEqual(service.frames.map(({ action }) => action), ['configureSession', 'echo']);
  assert.equal(client.state, 'connected');
  service.answers.echo = null;
  await clock.advance(45_000);
  assert.equal(service.sockets.length > 1 || client.state === 'reconnecting', true);
  await within(clock, client.disconnect());
});

test('a patience that no time-out can hold does not end at once', async () => {
  const set = [];
  const { client, clock } = world({ reconnect: { giveUp: 30 * 24 * 3600 * 1000 } });
  const { setTimeout } = clock;
  clock.setTimeout = (rings, ms) => setTimeout(rings, (set.push(ms), ms));
  await within(clock, client.connect());
  assert.ok(set.every((ms) => ms < 2 ** 31), `${set}`);
});
