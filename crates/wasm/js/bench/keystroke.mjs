// Measures what a key costs a page while the user is typing already: a call of sendTypingIndicator, and a
// key in a bound composer, beside a class that restarts an idle timer on every key, as the usual
// tutorials do. Prints JSON, in nanoseconds; of several rounds, the best. Needs the built package.
// Usage: node bench/keystroke.mjs [ROUNDS]

import { WebMessagingClient } from '../src/index.js';

const ROUNDS = Number(process.argv[2] ?? 15);
const CALLS = 200_000;

/** A service that accepts the session, and takes everything. */
class Service extends EventTarget {
  readyState = 0;

  constructor() {
    super();
    setTimeout(() => {
      this.readyState = 1;
      this.onopen?.({});
    }, 0);
  }

  send(text) {
    const { tracingId, action } = JSON.parse(text);
    if (action !== 'configureSession') return;
    const body = { connected: true, newSession: true };
    const answer = { type: 'response', class: 'SessionResponse', code: 200, tracingId, body };
    setTimeout(() => this.onmessage?.({ data: JSON.stringify(answer) }), 0);
  }

  close() {}
}

/** One start, a timer that every key sets anew, and a stop. */
class TimerPerKey {
  #timeout;
  #typing = false;

  constructor(client) {
    this.client = client;
  }

  edited() {
    if (!this.#typing) {
      this.#typing = true;
      this.#send('typing');
    }
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(() => {
      this.#typing = false;
      this.#send('stopTyping');
    }, 2000);
  }

  async #send(type) {
    await this.client.sendTypingIndicator({ type, conversationId: 'c-1' });
  }

  end() {
    clearTimeout(this.#timeout);
  }
}

const client = new WebMessagingClient({
  guestToken: 'token', deploymentId: 'deployment', conversationId: 'c-1', page: null, heartbeat: null, WebSocket: Service,
});
await client.connect();

const field = Object.assign(new EventTarget(), { value: 'hello' });
const unbind = client.bindComposer(field);
const edit = new Event('input');
const unheard = Object.assign(new EventTarget(), { value: 'hello' });
unheard.addEventListener('input', () => {});
const stub = new TimerPerKey({ sendTypingIndicator: async () => {} });

const rows = {
  ours_ns: () => client.sendTypingIndicator({ type: 'typing', conversationId: 'c-1' }),
  composer_ns: () => field.dispatchEvent(edit),
  event_ns: () => unheard.dispatchEvent(edit),
  tutorial_ns: () => stub.edited(),
};
const best = Object.fromEntries(Object.keys(rows).map((name) => [name, Infinity]));
for (let round = 0; round < ROUNDS; round++) {
  // In turns, so that what else the machine does hits all of them.
  for (const [name, key] of Object.entries(rows)) {
    key();
    const start = performance.now();
    for (let call = 0; call < CALLS; call++) key();
    best[name] = Math.min(best[name], (1e6 * (performance.now() - start)) / CALLS);
    // Promises that were given out come to their end.
    await new Promise((resolve) => { setTimeout(resolve, 0); });
  }
}
unbind();
stub.end();
client.free();
// The cost of an event that nobody needs is the page's, and not the composer's.
best.composer_ns = Math.max(0, best.composer_ns - best.event_ns);
delete best.event_ns;
console.log(JSON.stringify(Object.fromEntries(Object.entries(best).map(([name, ns]) => [name, Math.round(ns * 10) / 10]))));
