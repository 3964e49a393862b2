// Owns: the promises of typing notices. Must not know: when a notice is sent; the machine decides.

import { deferred } from './promises.js';

/** @import { Guest } from './guest.js' */
/** @import { Clock } from './index.js' */
/** @import { Deferred } from './promises.js' */

/** The machine holds no typing for longer than this without a further word of the host. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Of each kind at most one notice waits to be written: typing is a state, and what the newest call
 * says replaces what was said before.
 */
export class TypingNotices {
  /** @type {Deferred<void> | null} */
  #on = null;
  /** @type {Deferred<void> | null} */
  #off = null;
  /** @type {unknown} */
  #timeout = null;
  #clock;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * The user types.
   * @param {Guest} guest
   * @returns {Promise<void>} settles when the agent is told, or needs not be
   */
  start(guest) {
    this.#superseded('off');
    this.#on ??= deferred();
    const { promise } = this.#on;
    guest.setTyping(true);
    if (guest.typingShown) this.#superseded('on');
    else if (this.#on) this.#wait();
    return promise;
  }

  /**
   * The user does not type.
   * @param {Guest} guest
   * @param {boolean} sendsOff whether the wire has a word for it; without one, the indicator ends by time
   * @returns {Promise<void>} settles when the agent is told, or needs not be
   */
  stop(guest, sendsOff) {
    this.#superseded('on');
    this.#off ??= deferred();
    const { promise } = this.#off;
    guest.setTyping(false);
    if (!sendsOff || !guest.typingShown) this.#superseded('off');
    else if (this.#off) this.#wait();
    return promise;
  }

  /** @param {'on' | 'off'} kind */
  written(kind) {
    this.#superseded(kind);
  }

  /** The user's typing ended by other means: a text, an empty input, a closed composer. */
  ended() {
    this.#superseded('on');
  }

  /**
   * What waits is not sent now, or not at all.
   * @param {Error} error
   */
  fail(error) {
    this.#on?.reject(error);
    this.#off?.reject(error);
    this.#on = null;
    this.#off = null;
    this.#stopWaiting();
  }

  /** @param {'on' | 'off'} kind */
  #superseded(kind) {
    if (kind === 'on') {
      this.#on?.resolve();
      this.#on = null;
    } else {
      this.#off?.resolve();
      this.#off = null;
    }
    if (!this.#on && !this.#off) this.#stopWaiting();
  }

  /** Whatever ends the user's typing without a word to us, nobody waits for ever. */
  #wait() {
    this.#stopWaiting();
    this.#timeout = this.#clock.setTimeout(() => {
      this.#timeout = null;
      this.#superseded('on');
      this.#superseded('off');
    }, LONGEST_WAIT_MS);
  }

  #stopWaiting() {
    if (this.#timeout === null) return;
    this.#clock.clearTimeout(this.#timeout);
    this.#timeout = null;
  }
}
