// A listener that leaves while the client is on its way somewhere else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedReadOnly, refusal } from './support/service.js';
import { connected, within } from './support/world.js';

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
