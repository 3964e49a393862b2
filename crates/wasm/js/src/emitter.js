// Owns: listeners, the order of events, and that none is lost before its listener can be there.
// Must not know: what an event means.

import { InvalidArgumentError } from './errors.js';

/** @import { Clock } from './index.js' */
/** @typedef {(...details: any[]) => void} Listener */

/**
 * Listeners by name. One that throws does not keep the others from hearing.
 *
 * `hold` is for the end of `connect()`: what its caller does next, `on(...)` above all, runs before
 * the next task, while several events can come in this one (a socket may deliver more than one
 * message in a task). So they wait, in order, for the next task.
 */
export class Emitter {
  /** @type {Map<string, Set<Listener>>} */
  #listeners;
  /** @type {{type: string, details: unknown[]}[] | null} */
  #held = null;
  #clock;
  /** The next task. @type {unknown} */
  #timeout = null;

  /**
   * @param {readonly string[]} types
   * @param {Clock} clock
   */
  constructor(types, clock) {
    this.#listeners = new Map(types.map((type) => [type, new Set()]));
    this.#clock = clock;
  }

  /**
   * @param {string} type
   * @param {Listener} listener
   * @returns {() => void} takes the listener away again
   */
  on(type, listener) {
    const listeners = this.#of(type);
    if (typeof listener !== 'function') {
      throw new InvalidArgumentError(`the listener of '${type}' must be a function`);
    }
    listeners.add(listener);
    return () => this.off(type, listener);
  }

  /**
   * @param {string} type
   * @param {Listener} listener
   */
  off(type, listener) {
    this.#of(type).delete(listener);
  }

  /** @param {string} type */
  has(type) {
    return this.#of(type).size > 0;
  }

  /**
   * @param {string} type
   * @param {...unknown} details
   */
  emit(type, ...details) {
    if (this.#held) {
      this.#held.push({ type, details });
      return;
    }
    this.#deliver(type, details);
  }

  /** From here on, events wait for the next task. */
  hold() {
    if (this.#held) return;
    this.#held = [];
    this.#timeout = this.#clock.setTimeout(() => this.release(), 0);
  }

  /** Nothing waits any longer. */
  release() {
    const held = this.#held;
    if (!held) return;
    this.#clock.clearTimeout(this.#timeout);
    // What listeners cause meanwhile comes behind.
    for (let event = held.shift(); event; event = held.shift()) this.#deliver(event.type, event.details);
    this.#held = null;
  }

  /**
   * @param {string} type
   * @param {unknown[]} details
   */
  #deliver(type, details) {
    for (const listener of [...this.#of(type)]) {
      try {
        listener(...details);
      } catch (error) {
        report(error);
      }
    }
  }

  /** @param {string} type */
  #of(type) {
    const listeners = this.#listeners.get(type);
    if (!listeners) {
      const known = [...this.#listeners.keys()].join(', ');
      throw new InvalidArgumentError(`there is no event '${type}'; the events are ${known}`);
    }
    return listeners;
  }
}

/**
 * Shows an exception where the platform shows those that nobody caught, without disturbing the caller.
 * @param {unknown} error
 */
export function report(error) {
  // Node has no `reportError`.
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else {
    setTimeout(() => {
      throw error;
    }, 0);
  }
}
