// Owns: a key as a page with this project's package has it: a call of `sendTypingIndicator`, as the tutorial's code makes
// it, or the `input` event of a bound text field, from the event's listener on: an event of the browser's own where there
// is one. Must not know: how it is measured.

import { MemorySocket } from './socket.js';

/** The call on every key, which nobody waits for. */
export async function oursByCall(packageUrl) {
  const client = await connected(packageUrl);
  const typing = { type: 'typing', conversationId: 'conversation' };
  await client.sendTypingIndicator(typing);
  await shown();
  return {
    name: 'ours',
    key: () => { client.sendTypingIndicator(typing); },
  };
}

/** A bound field. */
export async function oursByField(packageUrl) {
  const client = await connected(packageUrl);
  const listeners = {};
  const field = {
    value: 'What would',
    addEventListener: (type, listener) => { listeners[type] = listener; },
    contains: () => false,
  };
  client.bindComposer(field);
  const { input } = listeners;
  const edit = typeof document === 'undefined' ? imitated(field) : editedIn(document, field);
  let event = edit();
  input(event);
  await shown();
  return {
    name: 'ours, a bound field',
    ready: () => { event = edit(); },
    key: () => input(event),
  };
}

/** Only a browser makes such events. */
const imitated = (field) => () => ({ type: 'input', target: field, isTrusted: true, timeStamp: performance.now() });

/** Real events, but for the field that they tell of: a text's way out of a browser's field is no part of a key. */
function editedIn(page, field) {
  const area = page.body.appendChild(page.createElement('textarea'));
  let event;
  area.addEventListener('input', (edited) => { event = edited; });
  return () => {
    area.focus();
    page.execCommand('insertText', false, 'x');
    return Object.defineProperty(event, 'target', { value: field });
  };
}

async function connected(packageUrl) {
  const { WebMessagingClient } = await import(packageUrl);
  const client = new WebMessagingClient({
    guestToken: 'token', deploymentId: 'deployment', endpoint: 'wss://service.test/v1', WebSocket: MemorySocket,
  });
  await client.connect();
  return client;
}

async function shown() {
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  if (!MemorySocket.sent.some((frame) => frame.includes('"On"'))) throw new Error('the first key sends no On');
}
