// Compiled, never run: what the types allow, and what they refuse.

import {
  AuthenticationError,
  createSession,
  loadWasm,
  MessageError,
  RateLimitedError,
  setDefaultEndpoint,
  WebMessagingClient,
  WebMessagingError,
  type ClientEvent,
  type ClientOptions,
  type ConnectionState,
  type ErrorCode,
  type Message,
  type SentMessage,
} from 'webmessaging-client';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<Expected>() {
  return <Given>(_: Given, __: Same<Given, Expected>): void => {};
}

// The tutorial's calls.
const client = new WebMessagingClient({ guestToken: 't', deploymentId: 'd', debug: true });
is<Promise<void>>()(client.connect(), true);
is<Promise<void>>()(client.disconnect(), true);
is<Promise<void>>()(client.sendTypingIndicator({ type: 'typing', conversationId: 'c' }), true);
is<Promise<void>>()(client.sendReadReceipt({ messageId: 'm', conversationId: 'c' }), true);
is<Promise<SentMessage>>()(client.sendMessage({ text: 'x', conversationId: 'c' }), true);
client.on('message', (message) => {
  is<Message>()(message, true);
  if (message.senderId !== 'guest') is<'agent'>()(message.senderId, true);
});
client.on('connectionStateChange', (state, change) => {
  is<ConnectionState>()(state, true);
  is<ConnectionState>()(change.previous, true);
  // @ts-expect-error: no such state
  if (state === 'online') return;
});
client.on('typing', () => {});
const away = client.on('error', (error) => is<ErrorCode>()(error.code, true));
is<() => void>()(away, true);
client.on('timer', (timer) => timer?.inMs.toFixed());
client.on('transport', ({ what }) => is<'dialing' | 'open' | 'closed'>()(what, true));

// @ts-expect-error: only two types of notice
client.sendTypingIndicator({ type: 'stop' });
// @ts-expect-error: a receipt names its message
client.sendReadReceipt({ conversationId: 'c' });
// @ts-expect-error: no such event
client.on('messages', () => {});
// @ts-expect-error: attributes are strings
client.sendMessage({ text: 'x', attributes: { count: 1 } });
// @ts-expect-error: a deployment is needed
new WebMessagingClient({ guestToken: 't' });
// @ts-expect-error: read only
client.state = 'connected';

const options: ClientOptions = {
  deploymentId: 'd',
  region: 'eu-central-1',
  tokenProvider: async ({ reason }) => (reason === 'missing' ? 'token' : { guestToken: 'token', conversationId: 'c' }),
  persist: { storage: sessionStorage, locks: navigator.locks },
  WebSocket,
  page: { document, window },
  typing: { idle: 3000, refresh: null },
  reconnect: { giveUp: null },
  heartbeat: null,
};
new WebMessagingClient(options);
createSession({ url: '/session' }).then((session) => new WebMessagingClient(session));
setDefaultEndpoint({ region: 'mypurecloud.ie' });
setDefaultEndpoint(undefined);
loadWasm(fetch('/webmessaging_bg.wasm'));

declare const textarea: HTMLTextAreaElement;
is<() => void>()(client.bindComposer(textarea), true);
is<() => void>()(client.bindMessages(document.body, { selector: '.agent', dwell: 0 }), true);
is<string | null>()(client.snapshot(), true);

export async function events(): Promise<void> {
  for await (const event of client) {
    is<ClientEvent>()(event, true);
    if (event.type === 'message') is<Message>()(event.detail, true);
    if (event.type === 'lagged') is<number>()(event.missed, true);
  }
  try {
    await client.retry(1);
  } catch (error) {
    if (error instanceof RateLimitedError) is<number>()(error.retryAfter, true);
    if (error instanceof AuthenticationError) is<number>()(error.status, true);
    if (error instanceof MessageError) is<number | undefined>()(error.key, true);
    if (error instanceof WebMessagingError) is<ErrorCode>()(error.code, true);
  }
}
