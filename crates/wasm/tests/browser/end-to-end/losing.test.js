// What goes wrong between the page and the service, and what the agent sees of it: nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../lib/chat.js';
import { isText, isTyping } from '../lib/frames.js';
import { world } from '../lib/world.js';

describe('a connection that is lost', () => {
  const parts = world();

  test('the server drops it: what is written meanwhile arrives, once, in order', async () => {
    const chat = await Chat.open(parts);
    await chat.send('before');
    await chat.agentSees('guest_message');
    await chat.emulator.fault({ fault: 'refuse_upgrade', status: 503 });
    await chat.emulator.fault({ fault: 'drop', conversation_id: chat.id });
    await chat.is('reconnecting');
    await chat.send('one');
    await chat.send('two');
    assert.equal(chat.agentSaw('guest_message').length, 1, 'nothing gets through');
    await chat.emulator.heal();
    await chat.is('connected');
    await chat.barrier();
    assert.deepEqual(chat.texts(), ['before', 'one', 'two']);
    assert.deepEqual((await chat.heard('state')).map(({ state }) => state), [
      'connecting', 'connected', 'reconnecting', 'connected',
    ]);
  });

  test('the server drops it while the user types: the agent sees typing again', async () => {
    const chat = await Chat.open(parts, { reconnect: { base: 1, cap: 1 } });
    await chat.page.locator('#text').pressSequentially('hel');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.emulator.fault({ fault: 'drop', conversation_id: chat.id });
    await chat.page.locator('#text').pressSequentially('lo again', { delay: 100 });
    await chat.agentSees('guest_typing', { typing: false }, 2);
    assert.deepEqual(chat.indicator(), [true, 'disconnected', true, 'off']);
  });

  test('the server drops it every time: connect() says what may be wrong', async () => {
    await parts.emulator.fault({ fault: 'refuse_upgrade', status: 403 });
    const chat = await Chat.open(parts, { connected: false });
    await parts.emulator.heal();
    const failed = await chat.page.evaluate(() => window.chat.failed);
    assert.equal(failed.code, 'NETWORK');
    for (const cause of ['deploymentId', 'domain', 'network']) assert.ok(failed.message.includes(cause), `${cause} in: ${failed.message}`);
    assert.ok(!failed.message.includes(chat.session.guestToken));
  });

  test('offline and online again: what is written meanwhile arrives, once', async () => {
    // Who does not hear that the network is back, waits for minutes.
    const chat = await Chat.open(parts, { reconnect: { base: 300_000, cap: 300_000, giveUp: null } });
    await chat.context.setOffline(true);
    await chat.emulator.fault({ fault: 'drop', conversation_id: chat.id });
    await chat.is('reconnecting');
    await chat.send('from the tunnel');
    await chat.context.setOffline(false);
    await chat.is('connected');
    await chat.barrier();
    assert.deepEqual(chat.texts(), ['from the tunnel']);
    assert.equal(chat.sent.filter(isText).length, 2, 'the text and the barrier, each once');
  });

  test('frames that vanish: a text that nobody confirms is kept, not sent again by itself', async () => {
    const chat = await Chat.open(parts);
    const fault = { fault: 'swallow', direction: 'to_client', on: ['text'], conversation_id: chat.id };
    await chat.emulator.fault(fault);
    await chat.send('once');
    await chat.agentSees('guest_message');
    await chat.emulator.heal();
    await chat.emulator.fault({ fault: 'drop', conversation_id: chat.id });
    await chat.hears('unsent', { code: 'MESSAGE_UNCONFIRMED' });
    await chat.is('connected');
    await chat.barrier();
    assert.deepEqual(chat.texts(), ['once']);
  });
});

describe('a service that refuses', () => {
  const parts = world();

  test('429 on typing: the page is told, and the agent sees typing after the wait', async () => {
    const chat = await Chat.open(parts);
    await chat.emulator.fault({ fault: 'rate_limit', retry_after: 1, on: ['typing_on'], count: 1, conversation_id: chat.id });
    await chat.page.locator('#text').pressSequentially('typing on and on and on and on', { delay: 100 });
    const { retryAfter } = await chat.hears('error', { code: 'RATE_LIMITED' });
    assert.ok(retryAfter >= 1, `${retryAfter} s`);
    await chat.agentSees('guest_typing', { typing: false });
    await chat.barrier();
    assert.deepEqual(chat.indicator(), [true, 'off']);
    assert.deepEqual(['On', 'Off'].map((kind) => chat.sent.filter(isTyping(kind)).length), [2, 1]);
  });

  test('429 on a text: it arrives after the wait, once, and in order', async () => {
    const chat = await Chat.open(parts);
    await chat.emulator.fault({ fault: 'rate_limit', retry_after: 1, on: ['text'], count: 1, conversation_id: chat.id });
    await chat.send('one');
    await chat.send('two');
    await chat.barrier();
    assert.deepEqual(chat.texts(), ['one', 'two']);
    assert.equal((await chat.heard('unsent')).length, 0);
    assert.equal(chat.sent.filter(({ message }) => message?.text === 'one').length, 2, 'refused, and sent again');
  });

  test('401: tokenProvider is asked, and the text arrives, once', async () => {
    const chat = await Chat.open(parts, { query: { renewAt: `${parts.emulator.url}/api/v2/conversations/messaging` } });
    await chat.emulator.fault({ fault: 'expire_token' });
    await chat.send('with a new token');
    await chat.agentSees('guest_message');
    await chat.is('connected');
    await chat.barrier();
    assert.deepEqual(chat.texts(), ['with a new token']);
    assert.equal(await chat.page.evaluate(() => window.chat.renewals), 1);
    assert.equal((await chat.heard('unsent')).length, 0);
  });

  test('401 without a provider: AuthenticationError', async () => {
    const session = await parts.emulator.session();
    await parts.emulator.fault({ fault: 'expire_token' });
    const chat = await Chat.open(parts, { session, connected: false });
    const { error, code } = await chat.page.evaluate(() => window.chat.failed);
    assert.deepEqual([error, code], ['AuthenticationError', 'AUTHENTICATION_FAILED']);
  });

  test('an agent that ends the conversation: the client is read-only', async () => {
    const chat = await Chat.open(parts);
    await chat.emulator.end(chat.id, true);
    await chat.is('readonly');
    await chat.send('too late');
    assert.equal((await chat.hears('unsent')).code, 'INVALID_STATE');
  });
});
