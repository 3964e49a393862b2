// Owns: what `debug: true` writes, and that no token and no text is in it.
// Must not know: what the session makes of what is logged.

import { report } from './emitter.js';
import { maskedFrame } from './masking.js';

/** @import { WebMessagingError } from './errors.js' */

const PREFIX = '[webmessaging]';

/** Lines for whoever looks for the reason of something. Does nothing unless it is switched on. */
export class Log {
  /** @type {((line: string) => void) | null} */
  #write;

  /** @param {boolean | ((line: string) => void)} debug */
  constructor(debug) {
    if (typeof debug === 'function') this.#write = harmless(debug);
    // Not `console.debug`: browsers hide that unless told otherwise.
    else this.#write = debug ? (line) => console.info(PREFIX, line) : null;
  }

  get isOn() {
    return this.#write !== null;
  }

  /** @param {string} line */
  line(line) {
    this.#write?.(line);
  }

  /**
   * @param {'sent' | 'received'} direction
   * @param {string} text
   * @param {number} transport
   * @param {string} token
   */
  frame(direction, text, transport, token) {
    if (!this.#write) return;
    const arrow = direction === 'sent' ? '->' : '<-';
    this.#write(`#${transport} ${arrow} ${JSON.stringify(maskedFrame(text, token))}`);
  }

  /**
   * @param {'dialing' | 'open' | 'closed'} what
   * @param {number} transport the how many-th attempt it is
   * @param {unknown} detail
   */
  transport(what, transport, detail) {
    if (!this.#write) return;
    if (what === 'dialing') this.#write(`#${transport} dialing ${detail} (attempt ${transport})`);
    else if (what === 'open') this.#write(`#${transport} open`);
    else if (typeof detail === 'number') this.#write(`#${transport} closed with code ${detail}`);
    else if (detail === undefined) this.#write(`#${transport} dropped`);
    else this.#write(`#${transport} could not be dialed: ${detail}`);
  }

  /**
   * @param {string} what
   * @param {WebMessagingError} error
   */
  error(what, error) {
    this.#write?.(`${what}: ${error.code}: ${error.message}`);
  }
}

/**
 * As a listener's: what it throws is shown, and changes nothing for whoever logs.
 * @param {(line: string) => void} write
 * @returns {(line: string) => void}
 */
function harmless(write) {
  return (line) => {
    try {
      write(line);
    } catch (error) {
      report(error);
    }
  };
}
