// Owns: which key has to look at the clock. Must not know: what comes of a key.

/** @import { Guest } from './guest.js' */
/** @import { Clock } from './index.js' */

/** So near to a look at the clock is a stamp of the same clock. */
const NEAR_MS = 10;

/**
 * The keys of one text field. A look at the clock costs more than all the rest of a key, and the browser
 * has looked already: it stamps its events. A stamp is taken only for a key that changes nothing but its
 * own time; any other key looks, and finds out whether the stamps are of the client's clock: those of
 * another window are not.
 */
export class Keystrokes {
  #clock;
  /** Whether the last key that looked at the clock was stamped by it. */
  #isStamped = false;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {Guest} guest
   * @param {Event} event an event of a script's own may be older than its key
   */
  pressed(guest, { isTrusted, timeStamp }) {
    if (this.#isStamped && isTrusted && guest.goOnTyping(timeStamp)) return;
    const now = this.#clock.now();
    this.#isStamped = isTrusted && timeStamp <= now && now - timeStamp < NEAR_MS;
    guest.keystrokeAt(now);
  }
}
