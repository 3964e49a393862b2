// Owns: the promises of typing notices. Must not know: when a notice is sent; the machine decides.

import { deferred } from './promises.js';

/** @import { Guest } from './guest.js' */
/** @import { Clock } from './index.js' */
/** @import { Deferred } from './promises.js' */

/** The machine holds no typing for longer than this without a further word of the host. */
const LONGEST_WAIT_MS = 60_000;
/** For so long after a word, another one is not passed on. */
const GOES_ON_MS = 1000;
const TOLD = Promise.resolve();

/**
 * Of each kind at most one notice waits to be written: typing is a state, and what the newest call
 * says replaces what was said before. As long as the agent is told and nothing has happened since,
 * saying it again is free, and passed on once a second.
 */
export class TypingNotices {
  /** @type {Deferred<void> | null} */
  #on = null;
  /** @type {Deferred<void> | null} */
  #off = null;
  /** @type {unknown} */
  #timeout = null;
  /** Whether this connection has carried the start. */
  #isTold = false;
  /** Runs while nothing has to be passed on. @type {unknown} */
  #goingOn = null;
  #wasSaidAgain = false;
  #clock;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /** Whether all there is to do for a user who types is `goOn()`. */
  get goesOn() {
    return this.#goingOn !== null;
  }

  /** @returns {Promise<void>} */
  goOn() {
    this.#wasSaidAgain = true;
    return TOLD;
  }

  /** Something has happened: what is said next is passed on. */
  interrupt() {
    if (this.#goingOn === null) return;
    this.#clock.clearTimeout(this.#goingOn);
    this.#goingOn = null;
  }

  /** What was told counts on its connection only. */
  connectionChanged() {
    this.interrupt();
    this.#isTold = false;
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
    if (this.#isTold && guest.typingShown) {
      this.#superseded('on');
      this.#nextInASecond(guest);
    } else if (this.#on) {
      this.#wait();
    }
    return promise;
  }

  /**
   * The user does not type.
   * @param {Guest} guest
   * @param {boolean} sendsOff whether the wire has a word for it; without one, the indicator ends by time
   * @returns {Promise<void>} settles when the agent is told, or needs not be
   */
  stop(guest, sendsOff) {
    this.interrupt();
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
    this.#isTold = kind === 'on';
    this.#superseded(kind);
  }

  /** The user's typing ended by other means: a text, an empty input, a closed composer. */
  ended() {
    this.interrupt();
    this.#superseded('on');
  }

  /**
   * What waits is not sent now, or not at all.
   * @param {Error} error
   */
  fail(error) {
    this.interrupt();
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

  /** @param {Guest} guest */
  #nextInASecond(guest) {
    this.interrupt();
    this.#wasSaidAgain = false;
    this.#goingOn = this.#clock.setTimeout(() => {
      this.#goingOn = null;
      if (!this.#wasSaidAgain) return;
      guest.setTyping(true);
      this.#nextInASecond(guest);
    }, GOES_ON_MS);
  }

  #stopWaiting() {
    if (this.#timeout === null) return;
    this.#clock.clearTimeout(this.#timeout);
    this.#timeout = null;
  }
}
