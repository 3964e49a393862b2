// Owns: a key as a page with this project's package has it: the `input` event of a bound text field, from the event's
// listener on. Must not know: how it is measured.

import { MemorySocket } from './socket.js';

export async function ours(packageUrl) {
  const { WebMessagingClient } = await import(packageUrl);
  const client = new WebMessagingClient({
    guestToken: 'token', deploymentId: 'deployment', endpoint: 'wss://service.test/v1', WebSocket: MemorySocket,
  });
  await client.connect();
  const listeners = {};
  const field = {
    value: 'What would',
    addEventListener: (type, listener) => { listeners[type] = listener; },
    contains: () => false,
  };
  client.bindComposer(field);
  const event = { type: 'input', target: field };
  const { input } = listeners;
  input(event);
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  if (!MemorySocket.sent.some((frame) => frame.includes('"On"'))) throw new Error('the first key sends no On');
  return {
    name: 'ours',
    key: () => input(event),
  };
}
