/** What the guest needs from where it runs, and what it tells. Functions are called as methods of it. */
export interface Host {
  WebSocket: new (url: string) => any;
  /** Milliseconds on a clock that never runs backward: `performance.now()`. */
  now(): number;
  setTimeout(f: () => void, ms: number): any;
  clearTimeout(id: any): void;
  /** Listened to when given: `visibilitychange`, `online`, `offline`. */
  page?: { document?: any; window?: any } | null;
  /** An event, as JSON. */
  event(json: string): void;
  /** A frame was given to the socket; `id` names the text (its key) or the message of a receipt. */
  written(
    kind: 'configure' | 'join' | 'text' | 'typing_on' | 'typing_off' | 'receipt' | 'echo' | 'other',
    id?: string,
  ): void;
  /** A raw frame, with token and texts. */
  frame?(direction: 'sent' | 'received', text: string, transport: number): void;
  /** `detail`: the address without secrets; the close code, if there was one; the exception of a socket that could not be made. */
  transport?(what: 'dialing' | 'open' | 'closed', transport: number, detail?: unknown): void;
  /** The next deadline is another one: `{"at_ms":1,"timer":"typing"}`, or undefined for none. */
  timer?(json: string | undefined): void;
}
