// Owns: `for await` over events: a bounded buffer and what is said when it overflows.
// Must not know: what an event means.

/** @import { ClientEvent } from './index.js' */

/** How many events wait for a reader at most. */
export const MAX_WAITING = 1000;

/**
 * One reader's events. When it is too slow, the oldest are dropped, and it gets
 * `{type: 'lagged', missed}` in their place.
 * @implements {AsyncIterableIterator<ClientEvent>}
 */
export class EventStream {
  /** @type {ClientEvent[]} */
  #waiting = [];
  #missed = 0;
  #ended = false;
  /** @type {((result: IteratorResult<ClientEvent, undefined>) => void)[]} */
  #readers = [];
  #closed;

  /** @param {(stream: EventStream) => void} closed called once, when the reader or the client ends it */
  constructor(closed) {
    this.#closed = closed;
  }

  /** @param {ClientEvent} event */
  push(event) {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) {
      reader({ done: false, value: event });
      return;
    }
    if (this.#waiting.length === MAX_WAITING) {
      this.#waiting.shift();
      this.#missed += 1;
    }
    this.#waiting.push(event);
  }

  /** No more events; those that wait are still read. */
  end() {
    if (this.#ended) return;
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
    this.#closed(this);
  }

  /** @returns {Promise<IteratorResult<ClientEvent, undefined>>} */
  next() {
    if (this.#missed > 0) {
      const missed = this.#missed;
      this.#missed = 0;
      return Promise.resolve({ done: false, value: { type: 'lagged', missed } });
    }
    const event = this.#waiting.shift();
    if (event) return Promise.resolve({ done: false, value: event });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** @returns {Promise<IteratorResult<ClientEvent, undefined>>} */
  return() {
    this.#waiting = [];
    this.#missed = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/** The streams of a client. */
export class EventStreams {
  /** @type {Set<EventStream>} */
  #open = new Set();
  #areOver = false;

  /** @returns {EventStream} one that has ended, when all of them are over */
  open() {
    const stream = new EventStream((closed) => this.#open.delete(closed));
    this.#open.add(stream);
    if (this.#areOver) stream.end();
    return stream;
  }

  /** There will be no events any more. */
  over() {
    this.#areOver = true;
    for (const stream of this.all()) stream.end();
  }

  /** Those that are open now. */
  all() {
    return [...this.#open];
  }

  /** @param {ClientEvent} event */
  push(event) {
    for (const stream of this.#open) stream.push(event);
  }
}
