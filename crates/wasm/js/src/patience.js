// Owns: how long to wait for the service, and for a token. Must not know: what becomes of a wait that was in vain.

import { LONGEST_TIMEOUT_MS } from './options.js';

/** @import { ClientOptions, Clock } from './index.js' */

/** Unless told otherwise. */
const PATIENCE_MS = 300_000;

/** The service may refuse for now without end, and a provider may never answer; a host must not wait for ever. */
export class Patience {
  #options;
  #clock;
  #over;
  /** @type {unknown} */
  #timeout = null;

  /**
   * @param {ClientOptions} options
   * @param {Clock} clock
   * @param {() => void} over
   */
  constructor(options, clock, over) {
    this.#options = options;
    this.#clock = clock;
    this.#over = over;
  }

  /** Begins to wait, unless it does already. */
  begin() {
    const { giveUp = PATIENCE_MS } = this.#options.reconnect ?? {};
    if (giveUp === null || this.#timeout !== null) return;
    this.#timeout = this.#clock.setTimeout(() => {
      this.#timeout = null;
      this.#over();
    }, Math.min(giveUp, LONGEST_TIMEOUT_MS));
  }

  end() {
    if (this.#timeout !== null) this.#clock.clearTimeout(this.#timeout);
    this.#timeout = null;
  }
}
