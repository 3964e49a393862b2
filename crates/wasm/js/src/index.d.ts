/** Where a client stands. `readonly`: the conversation is over; it can be read, and a new one started. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'readonly';

export type ErrorCode =
  | 'AUTHENTICATION_FAILED'
  | 'SESSION_EXPIRED'
  | 'INVALID_STATE'
  | 'INVALID_ARGUMENT'
  | 'MESSAGE_NOT_FOUND'
  | 'RATE_LIMITED'
  | 'NETWORK'
  | 'MESSAGE_TOO_LONG'
  | 'MESSAGE_FAILED'
  | 'MESSAGE_UNCONFIRMED'
  | 'MESSAGE_QUEUED'
  | 'MESSAGE_DISCARDED'
  | 'QUEUE_FULL'
  | 'NOT_SUPPORTED'
  | 'CONNECTION_CLOSED'
  | 'SERVER_ERROR';

/** What all errors of this package have in common. */
export class WebMessagingError extends Error {
  constructor(code: ErrorCode, message: string, more?: { cause?: unknown; key?: number });
  readonly code: ErrorCode;
  /** The text that it is about, for `retry` and `discard`. */
  readonly key: number | undefined;
}
/** The token is missing, refused (401), or the session is over by time: get a new one. */
export class AuthenticationError extends WebMessagingError {
  constructor(message: string, more?: { cause?: unknown; code?: 'AUTHENTICATION_FAILED' | 'SESSION_EXPIRED' });
  readonly status: number;
}
/** Not possible while the client is in this state. */
export class InvalidStateError extends WebMessagingError {
  constructor(message: string, more?: { cause?: unknown; key?: number });
}
/** The caller passed something that makes no sense. */
export class InvalidArgumentError extends WebMessagingError {
  constructor(message: string, more?: { cause?: unknown });
}
/** No such message, or text, in this conversation. */
export class MessageNotFoundError extends WebMessagingError {
  constructor(message: string, more?: { messageId?: string; key?: number; cause?: unknown });
  readonly messageId: string | undefined;
}
/** The service asked for a pause. */
export class RateLimitedError extends WebMessagingError {
  constructor(message: string, retryAfter: number);
  /** In seconds. */
  readonly retryAfter: number;
}
/** The service cannot be reached, or the connection was lost. */
export class NetworkError extends WebMessagingError {
  constructor(message: string, more?: { cause?: unknown; status?: number });
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;
}
/** A text is longer than the service takes: 4096 characters. */
export class MessageTooLongError extends WebMessagingError {
  constructor(message: string, more?: { cause?: unknown; key?: number });
}
/** What became of a text that was not confirmed; `key` names it. */
export class MessageError extends WebMessagingError {
  constructor(
    code: 'MESSAGE_FAILED' | 'MESSAGE_UNCONFIRMED' | 'MESSAGE_QUEUED' | 'MESSAGE_DISCARDED',
    message: string,
    more: { key: number; status?: number; reason?: string; cause?: unknown },
  );
  /** The service's code, where it gave one. */
  readonly status: number | undefined;
  /** `read_only`, `disconnected` or `session_replaced`, where it was not the service. */
  readonly reason: string | undefined;
}
/** The service refused a feature; it is off for the rest of the session. */
export class NotSupportedError extends WebMessagingError {
  constructor(message: string, capability: string);
  /** `typing`, `typingOff` or `receipts`. */
  readonly capability: string;
}
/** The service closed the connection for good. */
export class ConnectionClosedError extends WebMessagingError {
  constructor(message: string, reason: string);
  /** `by_server`, `session_limit`, `signed_in`, `conversation_cleared`, `logout`, or the service's word. */
  readonly reason: string;
}
/** The service answered something that belongs to no call. */
export class ServerError extends WebMessagingError {
  constructor(message: string, status: number | string);
  /** The service's code, or what was wrong with its answer. */
  readonly status: number | string;
}

/** Where the service is. */
export interface EndpointOptions {
  /** `wss://webmessaging.<domain>/v1`; `/v1` is added where there is no path. Wins over `region`. */
  endpoint?: string | URL | undefined;
  /** `us-east-1`, `eu-central-1`, ..., or the region's domain, `mypurecloud.de`. */
  region?: string | undefined;
}

/** A class as the browser's `WebSocket`; that of the package `ws` is one. */
export type WebSocketClass = new (url: string) => object;

/** Where the time comes from; for tests. */
export interface Clock {
  /** Milliseconds, never backward. */
  now(): number;
  setTimeout(rings: () => void, ms: number): unknown;
  clearTimeout(timeout: any): void;
}

/** What is listened to of the page around the client. */
export interface Page {
  /** `visibilitychange`. */
  document?: (EventTarget & { readonly hidden: boolean }) | undefined;
  /** `online`, `offline`, `pagehide`, `pageshow`. */
  window?: EventTarget | undefined;
}

/** As `sessionStorage`. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** As `navigator.locks`. */
export interface Locks {
  request(name: string, options: { signal?: AbortSignal }, held: () => Promise<unknown>): Promise<unknown>;
}

/** Where the session is kept while the page is loaded again. */
export interface PersistOptions {
  /** Default: `sessionStorage`. */
  storage?: Store | undefined;
  /** One client of a page has a key at a time; others keep nothing. Default: `webmessaging:<deploymentId>`. */
  key?: string | undefined;
  /** Default: `navigator.locks`. `false`: you make sure that nobody else uses what is stored. */
  locks?: Locks | false | undefined;
}

/** Why a token is asked for: there is none, the service refused it, or the session is over by time. */
export type TokenReason = 'missing' | 'refused' | 'expired';
export type GivenToken = string | { guestToken: string; conversationId?: string | undefined };

/** When the agent is shown that the guest types; in milliseconds. */
export interface TypingOptions {
  /** From the last key to the end of typing; at least 500. Default 2000. */
  idle?: number;
  /** From the first key to the first notice. Default 0. */
  startDelay?: number;
  /** From one start to the next, at least. Default 500. */
  minGap?: number;
  /** From a start to its repetition while the user goes on; null: none. */
  refresh?: number | null;
}

/** How a lost connection is dialed again; in milliseconds. */
export interface ReconnectOptions {
  /** Bound of the first wait, doubled for each further one. Default 1000. */
  base?: number;
  /** Bound of every wait. Default 30000. */
  cap?: number;
  /** So long connected, and the waits start small again. Default 30000. */
  stable?: number;
  /** How long to go on, or to wait for a first connection or a token; null: for ever. Default 300000. */
  giveUp?: number | null;
}

export interface ClientOptions extends EndpointOptions {
  /** The session token. It can be left out where a `tokenProvider` gives it. */
  guestToken?: string | null | undefined;
  deploymentId: string;
  /** Default: what the token says, else the first one that is used. */
  conversationId?: string | undefined;
  /** Logs addresses, closes, attempts and frames, without token and texts; to the console, or to a function. */
  debug?: boolean | ((line: string) => void) | undefined;
  /** Asked for a token when there is none, and once when the service refuses one that was good (for 30 s, if it is a new one). */
  tokenProvider?: ((why: { reason: TokenReason }) => GivenToken | Promise<GivenToken>) | undefined;
  /** Default: `globalThis.WebSocket`. */
  WebSocket?: WebSocketClass | undefined;
  /** Goes on over a reload of the page. Default: no. */
  persist?: boolean | PersistOptions | undefined;
  /** What `snapshot()` gave, to go on with that session. */
  restore?: string | undefined;
  /** `guide` (default): explicit end of typing, receipts on the wire; `live`: what is publicly known of the live service. */
  profile?: 'guide' | 'live' | undefined;
  typing?: TypingOptions | undefined;
  reconnect?: ReconnectOptions | undefined;
  /** A health check every so many milliseconds, at least 30000 (default); null: none. */
  heartbeat?: number | null | undefined;
  /** Starts each new session with a Presence Join. */
  autoStart?: boolean | { attributes: Record<string, string> } | undefined;
  /** Caps: texts that wait or are kept (100), messages known (10000), remote typists (8). */
  limits?: { texts?: number; messages?: number; typists?: number } | undefined;
  /** For tests. */
  clock?: Clock | undefined;
  /** Default: the global `document` and `window`, where they are. null: none. */
  page?: Page | null | undefined;
}

/** A part of a message besides its text: a card, a quick reply, an attachment, ... */
export interface Content {
  /** `attachment`, `quickReply`, `buttonResponse`, `card`, `carousel`, `datePicker`, or another one with `raw`. */
  type: string;
  [member: string]: unknown;
}

export interface Message {
  /** For `sendReadReceipt`. Empty if the service gave none. */
  id: string;
  text: string | null;
  /** `guest` for own messages. */
  senderId: 'guest' | 'agent';
  /** In the service's words: `inbound` is from the guest, `outbound` to the guest. */
  direction: 'inbound' | 'outbound';
  /** As written by the service, in ISO 8601 by rule. */
  time: string | null;
  nickname: string | null;
  /** `human` or `bot`, where the service says it. */
  entity: string | null;
  content: Content[];
  conversationId: string | null;
  /** Of a text that was sent here. */
  key?: number;
}

export interface TypingEvent {
  senderId: 'agent';
  /** The nickname, else `Human`, `Bot` or `agent`. */
  name: string;
  hasNickname: boolean;
}

export interface StopTypingEvent extends TypingEvent {
  reason: 'off' | 'expired' | 'message' | 'disconnected' | 'ended';
}

/** `queued`: goes out by itself; `failed`, `unconfirmed`: kept for `retry` or `discard`. */
export type TextStatus = 'queued' | 'sending' | 'failed' | 'unconfirmed';

/** What became of a text (`key`), or of the receipt of an agent's message (`read`, only `id`). */
export interface MessageStatus {
  key?: number;
  id?: string;
  status: TextStatus | 'sent' | 'discarded' | 'read';
  /** Why it failed: the service's code, or what happened here. */
  code?: number | string;
}

export interface StateChange {
  state: ConnectionState;
  previous: ConnectionState;
  /** Why, where something went wrong. */
  error?: WebMessagingError;
}

/** A frame, without token and texts. */
export interface FrameEvent {
  direction: 'sent' | 'received';
  /** The how many-th connection attempt it belongs to. */
  transport: number;
  /** On the clock of `performance.now()`. */
  at: number;
  frame: unknown;
}

/** What the session waits for next. */
export interface TimerEvent {
  /** On the clock of `performance.now()`. */
  at: number;
  inMs: number;
  timer: string;
}

/** News of a socket. */
export interface TransportEvent {
  what: 'dialing' | 'open' | 'closed';
  /** The how many-th connection attempt it is. */
  transport: number;
  /** On the clock of `performance.now()`. */
  at: number;
  /** The address; the close code, if there was one; the exception of a socket that could not be made. */
  detail: unknown;
}

/** The state machine as it stands. */
export interface Inspection {
  /** `idle`, `connecting`, `configuring`, `ready`, `read_only`, `backoff`, `closing`, `closed`, `failed`. */
  phase: string;
  /** Whether the user types, as far as the client was told. */
  typing: boolean;
  /** Whether the agent may be seeing that the guest types. */
  typingShown: boolean;
  timer: TimerEvent | null;
}

/** The arguments of each event's listeners. */
export interface EventMap {
  message: [message: Message];
  typing: [event: TypingEvent];
  stopTyping: [event: StopTypingEvent];
  messageStatus: [status: MessageStatus];
  connectionStateChange: [state: ConnectionState, change: StateChange];
  error: [error: WebMessagingError];
  /** The session was resumed after a loss: fetch the history. */
  messagesMayBeMissing: [event: object];
  /** Another conversation took the place of the old one. */
  conversationReplaced: [event: object];
  conversationEnded: [event: { readOnly: boolean }];
  conversationCleared: [event: object];
  frame: [frame: FrameEvent];
  timer: [timer: TimerEvent | null];
  transport: [event: TransportEvent];
}
export type EventName = keyof EventMap;

/** An event as a reader of all events gets it: what a listener gets last, as `detail`. */
export type ClientEvent =
  | { type: 'message'; detail: Message }
  | { type: 'typing'; detail: TypingEvent }
  | { type: 'stopTyping'; detail: StopTypingEvent }
  | { type: 'messageStatus'; detail: MessageStatus }
  | { type: 'connectionStateChange'; detail: StateChange }
  | { type: 'error'; detail: WebMessagingError }
  | { type: 'messagesMayBeMissing' | 'conversationReplaced' | 'conversationCleared'; detail: object }
  | { type: 'conversationEnded'; detail: { readOnly: boolean } }
  /** The reader was too slow: so many older events were dropped. */
  | { type: 'lagged'; missed: number };

export interface TypingRequest {
  type: 'typing' | 'stopTyping';
  conversationId?: string | undefined;
}
export interface ReceiptRequest {
  messageId: string;
  conversationId?: string | undefined;
}
export interface TextRequest {
  /** 1 to 4096 characters. */
  text: string;
  conversationId?: string | undefined;
  /** Custom attributes, sent along with it. */
  attributes?: Record<string, string> | undefined;
}
export interface SentMessage {
  key: number;
  /** The message's id in the conversation. */
  id: string;
  time: string | null;
}
export interface UnsentText {
  key: number;
  text: string;
  status: TextStatus;
}
/** A message that the host has from its own history. */
export interface KnownMessage {
  id: string;
  senderId: 'guest' | 'agent';
  /** Whether it was read before. Default false. */
  read?: boolean;
}

export interface MessageBinding {
  /** Which elements are messages. Default: those with the attribute. */
  selector?: string;
  /** The attribute with the message's id. Default `data-message-id`. */
  attribute?: string;
  /**
   * The part of a message that must be seen; of one that is taller than its room, the part of the room, at most 0.8.
   * Default 0.5.
   */
  threshold?: number;
  /** For how many milliseconds, in one piece. Default 500. */
  dwell?: number;
}

/** A guest's side of one conversation. */
export class WebMessagingClient implements AsyncIterable<ClientEvent> {
  constructor(options: ClientOptions);
  readonly state: ConnectionState;
  readonly conversationId: string | undefined;

  /** Adds a listener; gives what takes it away again. */
  on<Name extends EventName>(type: Name, listener: (...details: EventMap[Name]) => void): () => void;
  off<Name extends EventName>(type: Name, listener: (...details: EventMap[Name]) => void): void;

  /** Resolves when the service has accepted the session. While reconnecting: tries at once. */
  connect(): Promise<void>;
  /** Leaves; resolves when the connection is closed, in 2 s at most. Unbinds all, ends all readers. */
  disconnect(): Promise<void>;
  /** The end without leave, for good. */
  free(): void;
  /** A new token, for the next time that one is needed. */
  renew(guestToken: string, more?: { conversationId?: string }): void;
  /** Out of `readonly`: opens a new conversation. */
  startNewConversation(): Promise<void>;

  /** Settles when the notice is written, or needs not be. */
  sendTypingIndicator(request: TypingRequest): Promise<void>;
  /** Settles when the receipt is written, or needs not be. */
  sendReadReceipt(request: ReceiptRequest): Promise<void>;
  /** Settles when the service has taken the text. */
  sendMessage(request: TextRequest): Promise<SentMessage>;
  /** Sends a failed or unconfirmed text again, after all that wait. */
  retry(key: number): Promise<SentMessage>;
  /** Forgets a text that is not confirmed. */
  discard(key: number): void;
  /** The texts that are not confirmed, in the order of sending. */
  unsentTexts(): UnsentText[];
  /** Makes messages of the host's history known, so that receipts can be sent for them. */
  restoreMessages(messages: KnownMessage[]): void;

  /** Tells the agent that the guest types while a text field is edited; gives what ends that. */
  bindComposer(element: Element): () => void;
  /** Sends a read receipt for each message that was seen; gives what ends that. */
  bindMessages(container: Element, options?: MessageBinding): () => void;

  /** What the machine does just now; null while there is none: before connect(), and when disconnected. */
  inspect(): Inspection | null;
  /** The session as text, with unsent texts and without token; null before there is one. */
  snapshot(): string | null;
  /** All events but `frame`, `timer` and `transport`, from now on, until `disconnect()` or `free()`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ClientEvent>;
}

export interface Session {
  guestToken: string;
  conversationId?: string | undefined;
  deploymentId: string;
  [member: string]: unknown;
}
export interface CreateSessionOptions {
  /** Your backend's session step. */
  url: string | URL;
  deploymentId?: string | undefined;
  /** For a further token of a conversation. */
  conversationId?: string | undefined;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
  /** Default: `globalThis.fetch`. */
  fetch?: typeof fetch | undefined;
}
/** Asks a backend to start a conversation: `POST {deploymentId, conversationId}`, answered `{guestToken, ...}`. */
export function createSession(options: CreateSessionOptions): Promise<Session>;

/** Where clients connect that say nothing of it themselves; `undefined` takes it back. */
export function setDefaultEndpoint(endpoint: string | EndpointOptions | undefined): void;

export type WasmSource = string | URL | Request | Response | Promise<Response> | BufferSource | WebAssembly.Module;
/** Loads the state machine ahead of the first `connect()`, or from elsewhere than beside the package's source. */
export function loadWasm(source?: WasmSource): Promise<void>;
