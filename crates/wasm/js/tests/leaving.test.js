// A listener that leaves while the client is on its way somewhere else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { endedReadOnly, refusal, tooMany } from './support/service.js';
import { connected, settle, within } from './support/world.js';

test('left when the token is refused, the next connection sends texts', async () => {
  const { client, clock, service } = await connected({ tokenProvider: async () => 'token-2' });
  client.on('connectionStateChange', (state) => {
    if (state === 'reconnecting') client.disconnect();
  });
  service.push(refusal(401));
  await clock.advance(5000);
  assert.equal(client.state, 'disconnected');
  assert.equal(clock.timers.size, 0);
  await within(clock, client.connect());
  await within(clock, client.sendMessage({ text: 'x' }));
});

test('left when the conversation is replaced, the client is disconnected, and connects again', async () => {
  const { client, clock, service } = await connected();
  service.push(endedReadOnly());
  await clock.advance(10);
  const unlisten = client.on('conversationReplaced', () => client.disconnect());
  await assert.rejects(within(clock, client.startNewConversation()), { code: 'INVALID_STATE' });
  await clock.advance(3000);
  assert.equal(client.state, 'disconnected');
  unlisten();
  await within(clock, client.connect());
  assert.equal(service.socket.readyState, 1);
});

for (const leave of ['disconnect', 'free']) {
  test(`${leave} by who hears what a restored session has to tell: no connection is left`, async () => {
    const { client, clock, service, make } = await connected();
    service.answers.text = null;
    client.sendMessage({ text: 'x' });
    await clock.advance(20);
    const restored = make({ restore: client.snapshot() });
    client.free();
    restored.on('messageStatus', () => restored[leave]());
    await assert.rejects(within(clock, restored.connect()), { code: 'INVALID_STATE' });
    await clock.advance(10_000);
    assert.equal(restored.state, 'disconnected');
    assert.ok(service.sockets.every(({ readyState }) => readyState === 3));
    assert.equal(clock.timers.size, 0);
  });
}

for (const leave of ['disconnect', 'free']) {
  test(`${leave}: a client that its host forgets leaves the memory`, async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const forgotten = await (async () => {
      const { client, clock } = await connected();
      await within(clock, Promise.resolve(client[leave]()));
      return new WeakRef(client);
    })();
    for (let round = 0; round < 5 && forgotten.deref(); round += 1) {
      await settle();
      collect();
    }
    assert.equal(forgotten.deref(), undefined);
  });
}

test('what was asked for before a disconnect is done after the next connect', async () => {
  const { client, clock, service } = await connected();
  service.answers.text = tooMany(1);
  client.sendMessage({ text: 'one' });
  service.agentSays('hello', { id: 'm-1' });
  await clock.advance(10);
  client.sendReadReceipt({ messageId: 'm-1' });
  await clock.advance(10);
  await within(clock, client.disconnect());
  delete service.answers.text;
  service.newSession = false;
  assert.equal(client.inspect(), null, 'nothing runs meanwhile');
  const texts = client.unsentTexts();
  assert.equal(texts.length, 1);
  await within(clock, client.connect());
  await clock.advance(10_000);
  assert.ok(service.sent.includes('read m-1'), service.sent.join());
  assert.deepEqual(client.unsentTexts(), texts);
  await within(clock, client.retry(texts[0].key));
});
