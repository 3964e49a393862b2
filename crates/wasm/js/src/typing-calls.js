// Owns: what the host's word that the user types, or does not, is answered in each state of the client.
// Must not know: how such a word is checked, when a notice is sent.

import { InvalidStateError } from './errors.js';
import { notSupported } from './news.js';

/** @import { Books } from './books.js' */
/** @import { Connection } from './connection.js' */

export class TypingCalls {
  #connection;
  #books;

  /**
   * @param {Connection} connection
   * @param {Books} books
   */
  constructor(connection, books) {
    this.#connection = connection;
    this.#books = books;
  }

  /** @returns {Promise<void>} */
  start() {
    const { guest, state } = this.#connection;
    // Told in any case: what the user does is a state, and the agent is told when that is possible.
    const alive = guest !== null && (state === 'connected' || state === 'reconnecting');
    const told = alive && this.#books.sendsTyping ? this.#books.typing.start(guest) : null;
    this.#refuseUnlessConnected();
    if (!told) throw notSupported('typing');
    return this.#unlessPaused(told);
  }

  /** @returns {Promise<void>} */
  stop() {
    const { guest } = this.#connection;
    const told = guest ? this.#books.typing.stop(guest, this.#books.sendsTypingOff) : null;
    this.#refuseUnlessConnected();
    return this.#unlessPaused(told ?? Promise.resolve());
  }

  #refuseUnlessConnected() {
    const { state } = this.#connection;
    if (state === 'connected') return;
    throw new InvalidStateError(`sendTypingIndicator is not possible while the client is ${state}`);
  }

  /**
   * @param {Promise<void>} told
   * @returns {Promise<void>}
   */
  #unlessPaused(told) {
    const { pause } = this.#books;
    // What is settled already stays as it is.
    if (pause) this.#books.typing.fail(pause);
    return told;
  }
}
