// Owns: the elements that are bound to a client: what they tell its machine, and that all of them end with it.
// Must not know: what an element's events mean.

import { bindComposer } from './composer.js';
import { Keystrokes } from './keystrokes.js';
import { bindMessages } from './messages.js';

/** @import { Books } from './books.js' */
/** @import { Connection } from './connection.js' */
/** @import { Clock, MessageBinding, Page } from './index.js' */

export class Bindings {
  #connection;
  #books;
  #clock;
  #page;
  /** @type {Set<() => void>} */
  #bound = new Set();

  /**
   * @param {Connection} connection
   * @param {Books} books
   * @param {Clock} clock
   * @param {Page} page
   */
  constructor(connection, books, clock, page) {
    this.#connection = connection;
    this.#books = books;
    this.#clock = clock;
    this.#page = page;
  }

  /**
   * @param {Element} element
   * @returns {() => void}
   */
  composer(element) {
    const keystrokes = new Keystrokes(this.#clock);
    return this.#bind((unbound) => bindComposer(element, {
      keystroke: (event) => {
        const { guest } = this.#connection;
        if (guest) keystrokes.pressed(guest, event);
      },
      cleared: () => {
        this.#connection.guest?.inputCleared();
        this.#books.typing.ended();
      },
      closed: () => {
        this.#connection.guest?.composerClosed();
        this.#books.typing.ended();
      },
      clock: this.#clock,
    }, unbound));
  }

  /**
   * @param {Element} container
   * @param {MessageBinding} options
   * @returns {() => void}
   */
  messages(container, options) {
    return this.#bind((unbound) => bindMessages(container, options, {
      document: this.#page.document,
      clock: this.#clock,
      seen: (id) => this.#seen(id),
      learned: (retry) => this.#books.onLearned(retry),
    }, unbound));
  }

  end() {
    for (const unbind of [...this.#bound]) unbind();
  }

  /** @param {(unbound: () => void) => () => void} bind */
  #bind(bind) {
    const unbind = bind(() => this.#bound.delete(unbind));
    this.#bound.add(unbind);
    return unbind;
  }

  /**
   * A message is on screen. Whether the ledger has taken it.
   * @param {string} id
   * @returns {boolean}
   */
  #seen(id) {
    const { guest } = this.#connection;
    if (!guest) return false;
    try {
      guest.messageVisible(id);
      return true;
    } catch {
      // Not known yet: it may be the host's history, or an own text without an id so far.
      return false;
    }
  }
}
