// Owns: the promises of read receipts: what is known to be read, and who waits for which receipt.
// Must not know: when a receipt is sent; the machine's ledger decides.

import { MessageNotFoundError } from './errors.js';
import { deferred } from './promises.js';

/** @import { Deferred } from './promises.js' */

/** The machine's ledger forgets the oldest beyond this, too. */
const MAX_UNREAD = 10_000;

export class Receipts {
  /** Messages of the agent whose receipt was not written yet. @type {Set<string>} */
  #unread = new Set();
  /** @type {Map<string, Deferred<void>>} */
  #waiting = new Map();

  /**
   * A message of the agent came, or the host has one from its history.
   * @param {string} id
   */
  add(id) {
    this.#unread.add(id);
    if (this.#unread.size <= MAX_UNREAD) return;
    const [oldest] = this.#unread;
    if (oldest !== undefined) this.dropped(oldest, new MessageNotFoundError('too many messages are unread', { messageId: oldest }));
  }

  /**
   * A receipt is asked for; `see` tells the machine, and throws if it does not know the message.
   * @param {string} id
   * @param {() => void} see
   * @returns {Promise<void>} settles at once for what needs none: the own, the read
   */
  ask(id, see) {
    if (!this.#unread.has(id)) {
      see();
      return Promise.resolve();
    }
    let waiting = this.#waiting.get(id);
    if (!waiting) {
      waiting = /** @type {Deferred<void>} */ (deferred());
      this.#waiting.set(id, waiting);
    }
    try {
      see();
    } catch (refusal) {
      // The ledger has forgotten it; whoever asked before gets no receipt either.
      this.dropped(id, /** @type {Error} */ (refusal));
      throw refusal;
    }
    return waiting.promise;
  }

  /**
   * The receipt was written, or the message was read where receipts are not told.
   * @param {string} id
   * @returns {boolean} whether that is news; a receipt can be written again after a loss
   */
  read(id) {
    this.#waiting.get(id)?.resolve();
    this.#waiting.delete(id);
    return this.#unread.delete(id);
  }

  /**
   * There will be no receipt for this message.
   * @param {string} id
   * @param {Error} error
   */
  dropped(id, error) {
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
    this.#unread.delete(id);
  }

  /**
   * Nobody has to wait any longer.
   * @param {Error} error
   */
  over(error) {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  /** Every message belongs to a conversation that is over. */
  clear() {
    this.#unread.clear();
    for (const [messageId, waiting] of this.#waiting) {
      waiting.reject(new MessageNotFoundError('the message belongs to a conversation that is over', { messageId }));
    }
    this.#waiting.clear();
  }

  /** @returns {string[]} */
  unread() {
    return [...this.#unread];
  }

  /** @param {string[]} unread */
  restored(unread) {
    this.#unread = new Set(unread);
    for (const [id, waiting] of this.#waiting) {
      if (this.#unread.has(id)) continue;
      waiting.reject(new MessageNotFoundError('the message is in other hands: another tab took over', { messageId: id }));
      this.#waiting.delete(id);
    }
  }
}
