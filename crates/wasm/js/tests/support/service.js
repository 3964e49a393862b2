// Owns: the service's side of a socket, in memory: a WebSocket class and what answers it.
// Must not know: the client.

/** Answers as the service does, unless told otherwise; keeps every frame that it was sent. */
export class TestService {
  /** Frames that arrived, oldest first. */
  frames = [];
  sockets = [];
  /** What a dial meets: `open`, `refuse`, `hang`. */
  dial = 'open';
  /** Answers a request: gives the frames to send back. `null`: silence. */
  answers = {};
  newSession = true;
  #lastId = 0;

  constructor(clock) {
    const service = this;
    this.WebSocket = class TestSocket {
      readyState = 0;
      onopen = null;
      onmessage = null;
      onclose = null;
      onerror = null;

      constructor(url) {
        this.url = url;
        service.sockets.push(this);
        const { dial } = service;
        if (dial === 'hang') return;
        clock.setTimeout(() => {
          if (this.readyState !== 0) return;
          if (dial === 'refuse') {
            this.onerror?.({});
            this.ends(1006);
            return;
          }
          this.readyState = 1;
          this.onopen?.({});
        }, 5);
      }

      send(text) {
        const frame = JSON.parse(text);
        service.frames.push(frame);
        clock.setTimeout(() => service.#answer(this, frame), 5);
      }

      close(code = 1005) {
        if (this.readyState >= 2) return;
        this.readyState = 2;
        clock.setTimeout(() => this.ends(code), 5);
      }

      ends(code) {
        if (this.readyState === 3) return;
        this.readyState = 3;
        this.onclose?.({ code });
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** Sends one frame to the guest. */
  push(frame) {
    this.socket.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  /** The connection is gone without a word. */
  drop() {
    this.socket.ends(1006);
  }

  agentSays(text, more = {}) {
    const id = more.id ?? `agent-${++this.#lastId}`;
    this.push(message({ direction: 'Outbound', type: 'Text', text, id, ...more }));
    return id;
  }

  agentTypes(type = 'On', nickname = 'Kim') {
    this.push(message({
      direction: 'Outbound', type: 'Event', id: `event-${++this.#lastId}`,
      channel: { from: { nickname } }, events: [{ eventType: 'Typing', typing: { type, duration: 5000 } }],
    }));
  }

  /** What the guest sent besides configures, in short. */
  get sent() {
    return this.frames.filter(({ action }) => action === 'onMessage').map(shortOf);
  }

  #answer(socket, frame) {
    if (socket.readyState !== 1) return;
    const kind = kindOf(frame);
    const answer = kind in this.answers ? this.answers[kind] : this.#usual(kind, frame);
    const given = typeof answer === 'function' ? answer(frame) : answer;
    for (const reply of given === null || given === undefined ? [] : [given].flat()) {
      socket.onmessage?.({ data: JSON.stringify({ tracingId: frame.tracingId, ...reply }) });
    }
  }

  #usual(kind, frame) {
    switch (kind) {
      case 'configure':
        return accepted({ newSession: this.newSession });
      case 'close_session':
        return { type: 'response', class: 'SessionResponse', code: 200, body: { connected: false, readOnly: true } };
      case 'text':
        return message({
          direction: 'Inbound', type: 'Text', text: frame.message.text, id: `own-${++this.#lastId}`,
          channel: { time: '2026-05-04T09:00:00.000Z' },
        });
      case 'echo':
        return { ...message({ direction: 'Inbound', type: 'Text', text: 'ping', id: 'echo' }), type: 'response' };
      default:
        return null;
    }
  }
}

export const accepted = (body = {}) => ({
  type: 'response', class: 'SessionResponse', code: 200, body: { connected: true, newSession: true, ...body },
});

export const message = (body) => ({ type: 'message', class: 'StructuredMessage', code: 200, body });

export const refusal = (code, text = 'no') => ({ type: 'response', class: 'string', code, body: text });

export const tooMany = (retryAfter) => ({
  type: 'response', class: 'TooManyRequestsErrorMessage', code: 429,
  body: { retryAfter, errorCode: 4029, errorMessage: 'too many' },
});

export const endedReadOnly = () => message({
  direction: 'Outbound', type: 'Event', id: 'end', metadata: { readOnly: 'true' },
  events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
});

function kindOf({ action, message: body }) {
  if (action === 'configureSession') return 'configure';
  if (action === 'closeSession') return 'close_session';
  if (action !== 'onMessage') return action;
  if (body.type === 'Text') return 'text';
  if (body.type === 'Receipt') return 'receipt';
  return body.events?.[0]?.typing ? `typing_${body.events[0].typing.type.toLowerCase()}` : 'event';
}

function shortOf(frame) {
  const kind = kindOf(frame);
  if (kind === 'text') return `text ${frame.message.text}`;
  if (kind === 'receipt') return `read ${frame.message.id}`;
  if (kind === 'typing_on') return 'typing';
  return kind === 'typing_off' ? 'stop' : kind;
}
