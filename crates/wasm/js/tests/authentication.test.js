import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationError } from '../src/index.js';
import { accepted, refusal } from './support/service.js';
import { connected, heard, outcome, within, world } from './support/world.js';

/** Takes one token only. */
const takes = (good) => (frame) => (frame.token === good ? accepted({ newSession: false }) : refusal(401));
const expire = (service) => service.push(refusal(401));

test('a token that is refused rejects connect with an AuthenticationError', async () => {
  const { client, clock, service } = world();
  service.answers.configure = refusal(401);
  await assert.rejects(within(clock, client.connect()), (error) => {
    assert.ok(error instanceof AuthenticationError);
    assert.deepEqual([error.name, error.code, error.status], ['AuthenticationError', 'AUTHENTICATION_FAILED', 401]);
    assert.ok(!error.message.includes('secret-token'));
    return true;
  });
  assert.equal(client.state, 'disconnected');
});

test('a session that is over by time is an AuthenticationError, too', async () => {
  const { client, clock, service } = world();
  service.answers.configure = refusal(4007);
  await assert.rejects(within(clock, client.connect()), { name: 'AuthenticationError', code: 'SESSION_EXPIRED' });
});

test('renew gives the token for the next connect', async () => {
  const { client, clock, service } = world();
  service.answers.configure = takes('token-2');
  await assert.rejects(within(clock, client.connect()), AuthenticationError);
  client.renew('token-2', null);
  await within(clock, client.connect());
  assert.equal(client.state, 'connected');
  assert.throws(() => client.renew(''), { code: 'INVALID_ARGUMENT' });
});

test('the provider gives the first token', async () => {
  const reasons = [];
  const { client, clock, service } = world({
    guestToken: undefined, tokenProvider: ({ reason }) => { reasons.push(reason); return 'token-2'; },
  });
  service.answers.configure = takes('token-2');
  await within(clock, client.connect());
  assert.deepEqual(reasons, ['missing']);
});

test('on a 401 the provider is asked once, and connect goes on', async () => {
  const reasons = [];
  const { client, clock, service } = world({
    tokenProvider: async ({ reason }) => { reasons.push(reason); return { guestToken: 'token-2', conversationId: 'c-2' }; },
  });
  service.answers.configure = takes('token-2');
  const states = heard(client, 'connectionStateChange');
  await within(clock, client.connect());
  assert.deepEqual(reasons, ['refused']);
  assert.deepEqual(states.map(([, state]) => state), ['connecting', 'connected']);
  assert.equal(client.conversationId, 'c-2');
});

test('a first token of the provider that is refused is a refusal like any other', async () => {
  const reasons = [];
  const { client, clock, service } = world({
    guestToken: undefined, tokenProvider: ({ reason }) => { reasons.push(reason); return `token-${reasons.length}`; },
  });
  service.answers.configure = takes('token-2');
  await within(clock, client.connect());
  assert.deepEqual(reasons, ['missing', 'refused']);
});

test('a new token that is refused as well ends it', async () => {
  let asked = 0;
  const { client, clock, service } = world({ tokenProvider: () => `token-${++asked}` });
  service.answers.configure = refusal(401);
  await assert.rejects(within(clock, client.connect()), AuthenticationError);
  assert.equal(asked, 1);
  await assert.rejects(within(clock, client.connect()), AuthenticationError);
  assert.equal(asked, 2, 'a new connect may ask again');
});

test('a provider that fails surfaces as an AuthenticationError with the cause', async () => {
  const cause = new Error('backend down');
  for (const tokenProvider of [() => { throw cause; }, async () => { throw cause; }]) {
    const { client, clock, service } = world({ tokenProvider });
    service.answers.configure = refusal(401);
    await assert.rejects(within(clock, client.connect()), (error) => {
      assert.ok(error instanceof AuthenticationError);
      assert.equal(error.cause, cause);
      return true;
    });
  }
  for (const given of [undefined, null, '', {}, { guestToken: '' }]) {
    const { client, clock } = world({ guestToken: '', tokenProvider: () => given });
    await assert.rejects(within(clock, client.connect()), { name: 'AuthenticationError', message: /gave no guestToken/ });
  }
});

test('a token that expires on the way is renewed, and what waits goes on', async () => {
  let asked = 0;
  const { client, clock, service } = await connected({ tokenProvider: async () => `token-${++asked + 1}` });
  const states = heard(client, 'connectionStateChange');
  const errors = heard(client, 'error');
  service.answers.text = null;
  const underWay = client.sendMessage({ text: 'a' });
  service.answers.configure = takes('token-2');
  delete service.answers.text;
  expire(service);
  const meanwhile = client.sendMessage({ text: 'b' });
  await within(clock, Promise.all([underWay, meanwhile]));
  assert.deepEqual(states.map(([, state]) => state), ['reconnecting', 'connected']);
  assert.deepEqual(service.sent, ['text a', 'text a', 'text b']);
  assert.deepEqual(errors, []);

  await clock.advance(30_000);
  service.answers.configure = takes('token-3');
  expire(service);
  await clock.advance(1000);
  assert.equal(client.state, 'connected');
  assert.equal(asked, 2, 'once for each refusal');
});

test('a new token that is accepted and then refused ends it: nobody asks for tokens without end', async () => {
  let asked = 0;
  const { client, clock, service } = await connected({ tokenProvider: () => `token-${++asked}` });
  const errors = heard(client, 'error');
  service.answers.text = refusal(401);
  service.newSession = false;
  const sent = client.sendMessage({ text: 'a' });
  await clock.advance(10_000);
  assert.equal(asked, 1);
  await assert.rejects(sent, { code: 'MESSAGE_QUEUED' });
  assert.deepEqual([client.state, errors.length], ['disconnected', 1]);
});

test('a provider that never answers is not waited for without end', async () => {
  const tokenProvider = () => new Promise(() => {});
  const first = world({ guestToken: undefined, tokenProvider });
  const connecting = first.client.connect();
  await first.clock.advance(299_000);
  assert.equal(await outcome(connecting), 'pending');
  await first.clock.advance(1000);
  await assert.rejects(connecting, { code: 'NETWORK' });

  const { client, clock, service } = await connected({ tokenProvider, reconnect: { giveUp: 5000 } });
  const errors = heard(client, 'error');
  expire(service);
  const meanwhile = client.sendMessage({ text: 'a' });
  await clock.advance(5000);
  await assert.rejects(meanwhile, { code: 'INVALID_STATE' });
  assert.deepEqual([client.state, errors.length, clock.timers.size], ['disconnected', 1, 0]);
});

test('a token or a conversation that is no string is refused by connect, not by the constructor', async () => {
  for (const options of [{ guestToken: 123 }, { guestToken: {} }, { conversationId: 5 }]) {
    await assert.rejects(world(options).client.connect(), { code: 'INVALID_ARGUMENT', message: /must be a string/ });
  }
});

test('without a provider an expired token ends it, and texts stay in line', async () => {
  const { client, clock, service } = await connected();
  const errors = heard(client, 'error');
  service.answers.text = null;
  const sent = client.sendMessage({ text: 'a' });
  expire(service);
  await assert.rejects(sent, (error) => {
    assert.deepEqual([error.code, error.key, error.cause.name], ['MESSAGE_QUEUED', 1, 'AuthenticationError']);
    return true;
  });
  assert.equal(client.state, 'disconnected');
  assert.deepEqual(errors.map(([, { name }]) => name), ['AuthenticationError']);
  await clock.advance(60_000);
  assert.equal(service.sockets.length, 1);
});

test('a provider that never answers holds up nobody who leaves', async () => {
  const { client, clock, service } = await connected({ tokenProvider: () => new Promise(() => {}) });
  expire(service);
  const sent = client.sendMessage({ text: 'a' });
  assert.equal(await outcome(sent), 'pending');
  assert.equal(client.state, 'reconnecting');
  await within(clock, client.disconnect());
  await assert.rejects(sent, { code: 'INVALID_STATE' });
});

test('the conversation is read off the token, if it says one', async () => {
  const claims = Buffer.from(JSON.stringify({ conversationId: 'c-ü' })).toString('base64url');
  const { client } = await connected({ guestToken: `e30.${claims}.sig` });
  assert.equal(client.conversationId, 'c-ü');
  await assert.rejects(client.sendMessage({ text: 'x', conversationId: 'c-2' }), { code: 'INVALID_ARGUMENT' });

  for (const guestToken of ['eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9...', 'a.b.c', 'e30.bnVsbA.x', 'plain']) {
    const other = await connected({ guestToken });
    assert.equal(other.client.conversationId, undefined, guestToken);
    await other.client.sendTypingIndicator({ type: 'typing', conversationId: 'first-used' });
    assert.equal(other.client.conversationId, 'first-used');
    await assert.rejects(other.client.sendTypingIndicator({ type: 'typing', conversationId: 'another' }), { code: 'INVALID_ARGUMENT' });
  }
});
