// The state machine's bindings, as crates/wasm makes them (dist/webmessaging.d.ts), for the checks of this folder:
// they must pass before anything is built.

/** A session of the state machine, with the driver that runs it. */
export interface Guest {
  connect(): void;
  disconnect(): void;
  networkAvailable(): void;
  keystroke(): void;
  keystrokeAt(at: number): void;
  goOnTyping(at: number): boolean;
  inputCleared(): void;
  composerClosed(): void;
  setTyping(on: boolean): void;
  foreground(on: boolean): void;
  sendText(key: number, text: string, attributes?: string): void;
  retry(key: number): void;
  discard(key: number): void;
  startNew(): void;
  messageVisible(id: string): void;
  messageHidden(id: string): void;
  messageRestored(id: string, own: boolean, read: boolean): void;
  renew(token: string): void;
  snapshot(emptyScreen: boolean): string;
  readonly phase: string;
  texts(): string;
  readonly typing: boolean;
  readonly typingShown: boolean;
  deadline(): string | undefined;
  free(): void;
}

/** What a guest runs on, and whom it tells. */
export interface Host {
  WebSocket: unknown;
  now(): number;
  setTimeout(f: () => void, ms: number): unknown;
  clearTimeout(id: any): void;
  page?: { document?: unknown; window?: unknown } | null;
  event(json: string): void;
  written(kind: string, id?: string): void;
  frame?: ((direction: 'sent' | 'received', text: string, transport: number) => void) | undefined;
  transport?: (what: 'dialing' | 'open' | 'closed', transport: number, detail?: unknown) => void;
  timer?: ((json: string | undefined) => void) | undefined;
}

/** The machine's news, as it writes them in JSON. */
export type News =
  | { type: 'phase_changed'; phase: string; reason?: string }
  | ({ type: 'message_received' } & CoreMessage)
  | { type: 'message_confirmed'; key: number; id: string; time?: string }
  | { type: 'message_unconfirmed'; key: number }
  | { type: 'message_failed'; key: number; code: number | string }
  | { type: 'peer_typing_started'; name: string; has_nickname: boolean }
  | { type: 'peer_typing_stopped'; name: string; has_nickname: boolean; reason: string }
  | { type: 'message_read'; id: string }
  | { type: 'receipt_failed'; id: string; code: number | string }
  | { type: 'capability_lost'; capability: 'typing' | 'typing_off' | 'receipts' }
  | { type: 'messages_may_be_missing' | 'session_replaced' | 'session_cleared' }
  | { type: 'rate_limited'; retry_after_ms: number }
  | { type: 'authentication_failed' | 'session_expired' | 'access_denied' }
  | { type: 'connection_closed'; reason: string }
  | { type: 'conversation_ended'; read_only: boolean }
  | { type: 'fault'; code: number | string }
  | { type: 'other'; class: string };

export interface CoreMessage {
  id: string;
  from: 'guest' | 'agent';
  nickname?: string;
  entity?: string;
  time?: string;
  text: string | null;
  content?: unknown[];
}

/** A text that is not confirmed, as `texts()` gives it. */
export interface HeldText {
  key: number;
  text: string;
  state: 'waiting' | 'in_flight' | 'kept';
}
