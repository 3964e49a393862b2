// Plays a script of the replay format to the driver: virtual time, and sockets in memory.
// Owns: time, timers, sockets and steps. Must not know: where it runs, what a session does.

/** What a browser does not let a driver know, so that a script can't tell it. */
export class CanNotPlay extends Error {}

/**
 * Plays a script (JSON Lines) and gives what every driver must agree on: the lines of events and
 * frames, and the refusals of the host's verbs.
 */
export function play(Guest, script) {
  const [config, ...steps] = script.split('\n').map((line) => line.trim()).filter(Boolean);
  const until = JSON.parse(steps.pop()).until_ms;
  return new Stage(Guest, config.slice('{"config":'.length, -1)).play(steps, until);
}

/** The lines that every driver must agree on, in the order that it must: of one time, the events, then the frames. */
export function comparable(lines) {
  return lines
    .map((line) => ({ line, ...JSON.parse(line) }))
    .filter(({ event, send }) => event || send)
    .sort((one, other) => one.at_ms - other.at_ms || Boolean(one.send) - Boolean(other.send))
    .map(({ line }) => line);
}

/** A verb of the driver for each input of a host. */
const VERBS = {
  connect: (guest) => guest.connect(),
  disconnect: (guest) => guest.disconnect(),
  network_available: (guest) => guest.networkAvailable(),
  keystroke: (guest) => guest.keystroke(),
  input_cleared: (guest) => guest.inputCleared(),
  composer_closed: (guest) => guest.composerClosed(),
  set_typing: (guest, { on }) => guest.setTyping(on),
  foreground: (guest, { on }) => guest.foreground(on),
  send_text: (guest, { key, text, attributes }) => guest.sendText(key, text, attributes && JSON.stringify(attributes)),
  retry: (guest, { key }) => guest.retry(key),
  discard: (guest, { key }) => guest.discard(key),
  message_visible: (guest, { id }) => guest.messageVisible(id),
  message_hidden: (guest, { id }) => guest.messageHidden(id),
  message_restored: (guest, { id, from, read }) => guest.messageRestored(id, from === 'guest', read ?? false),
  renew: (guest, { token }) => guest.renew(token),
  start_new: (guest) => guest.startNew(),
  // The driver ticks when it must.
  tick: () => {},
};

class Stage {
  #now = 0;
  #timers = [];
  #timersMade = 0;
  #sockets = [];
  #tracingIds = [];
  #lines = [];
  #refusals = [];
  #guest;

  constructor(Guest, config) {
    const stage = this;
    class WebSocket extends MemorySocket {
      constructor(url) {
        super(url, (frame) => stage.#sent(frame));
        stage.#sockets.push(this);
      }
    }
    this.#guest = new Guest(config, {
      WebSocket,
      now: () => stage.#now,
      setTimeout: (call, ms) => stage.#setTimeout(call, ms),
      clearTimeout: (id) => { stage.#timers = stage.#timers.filter((timer) => timer.id !== id); },
      event: (json) => stage.#lines.push(`{"at_ms":${stage.#now},"event":${json}}`),
      written: () => {},
    });
  }

  play(steps, until) {
    for (const line of steps) {
      const step = JSON.parse(line);
      this.#passTo(step.at_ms);
      this.#step(step, line);
    }
    this.#passTo(until);
    const played = { lines: comparable(this.#lines), refusals: this.#refusals };
    this.#guest.free();
    const open = this.#sockets.filter((socket) => socket.readyState < MemorySocket.CLOSING);
    if (this.#timers.length + open.length > 0) {
      throw new Error(`freed, but ${this.#timers.length} timers are armed and ${open.length} sockets are open`);
    }
    return played;
  }

  #passTo(time) {
    for (let ticks = 0; ; ticks++) {
      const [due] = this.#timers.filter((timer) => timer.at <= time).sort((one, other) => one.at - other.at || one.id - other.id);
      if (!due) break;
      if (ticks > 100_000) throw new Error(`at ${this.#now} ms: the driver arms one timer after the other`);
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#now = Math.max(this.#now, due.at);
      due.call();
    }
    this.#now = time;
  }

  /** As a browser does: fractions are cut off, and what is too long comes at once. */
  #setTimeout(call, ms) {
    const delay = ms > 2 ** 31 - 1 ? 0 : Math.max(0, Math.trunc(ms));
    const timer = { id: ++this.#timersMade, at: this.#now + delay, call };
    this.#timers.push(timer);
    return timer.id;
  }

  #sent(frame) {
    this.#tracingIds.push(JSON.parse(frame).tracingId);
    this.#lines.push(`{"at_ms":${this.#now},"send":${frame}}`);
  }

  #step(step, line) {
    const { input, transport = this.#sockets.length } = step;
    const socket = this.#sockets[transport - 1];
    if (step.recv !== undefined) {
      const [, frame] = line.match(/"recv":(.*?)(?:,"transport":\d+)?\}$/s);
      socket?.receive(this.#filled(frame));
    } else if (step.recv_text !== undefined) {
      socket?.receive(step.recv_text);
    } else if (input === 'transport_opened') {
      socket?.accept();
    } else if (input === 'transport_closed') {
      if (step.access_denied) throw new CanNotPlay('a browser tells no page that an upgrade was refused with 403');
      socket?.end(step.code);
    } else if (input === 'peer_alive') {
      if (socket && socket.readyState < MemorySocket.CLOSING) throw new CanNotPlay('a page can send no ping, and sees no pong');
    } else {
      this.#verb(input, step);
    }
  }

  #verb(input, step) {
    try {
      VERBS[input](this.#guest, step);
    } catch (error) {
      if (!error?.code) throw error;
      this.#refusals.push({ at_ms: this.#now, input, code: error.code });
    }
  }

  #filled(frame) {
    return frame.replace(/"\$tracing(?::(\d+))?"/g, (_, number) => {
      const tracingId = this.#tracingIds.at(number === undefined ? -1 : Number(number));
      if (!tracingId) throw new Error(`at ${this.#now} ms: no frame was sent that "$tracing" could mean`);
      return JSON.stringify(tracingId);
    });
  }
}

/** A WebSocket whose other end is the script. */
class MemorySocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  readyState = MemorySocket.CONNECTING;
  binaryType = 'blob';
  bufferedAmount = 0;
  protocol = '';
  #send;

  constructor(url, send) {
    super();
    this.url = url;
    this.#send = send;
  }

  send(data) {
    if (this.readyState === MemorySocket.CONNECTING) throw new Error('InvalidStateError: still connecting');
    // What is sent while closing goes nowhere.
    if (this.readyState === MemorySocket.OPEN) this.#send(data);
  }

  close(code = 1000) {
    if (code !== 1000 && !(code >= 3000 && code < 5000)) throw new Error(`InvalidAccessError: a page can't close with ${code}`);
    this.readyState = Math.max(this.readyState, MemorySocket.CLOSING);
  }

  /** The server takes the upgrade. */
  accept() {
    if (this.readyState !== MemorySocket.CONNECTING) return;
    this.readyState = MemorySocket.OPEN;
    this.#tell('open');
  }

  /** A message comes; one that comes while closing is heard, too. */
  receive(data) {
    if (this.readyState === MemorySocket.OPEN || this.readyState === MemorySocket.CLOSING) this.#tell('message', { data });
  }

  /** The connection is gone. */
  end(code = 1006) {
    if (this.readyState === MemorySocket.CLOSED) return;
    this.readyState = MemorySocket.CLOSED;
    if (code === 1006) this.#tell('error');
    this.#tell('close', { code, reason: '', wasClean: code !== 1006 });
  }

  #tell(type, members) {
    const event = Object.assign(new Event(type), members);
    this[`on${type}`]?.(event);
    this.dispatchEvent(event);
  }
}
