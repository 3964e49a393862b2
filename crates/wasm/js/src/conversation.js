// Owns: which conversation this client is in, as far as can be known here: the wire never says it.
// Must not know: what is sent in it.

import { InvalidArgumentError } from './errors.js';
import { conversationOf, fingerprintOf } from './token.js';

/**
 * The conversation's id: what the host says, else what the token says, else the first one that the
 * host uses.
 */
export class Conversation {
  /** @type {string | undefined} */
  #id;
  /** What the host said of it; what it merely used may differ from page to page. */
  #given;

  /**
   * @param {string | undefined} id
   * @param {string | undefined} token
   */
  constructor(id, token) {
    this.#given = id;
    this.#id = id ?? (typeof token === 'string' ? conversationOf(token) : undefined);
  }

  get id() {
    return this.#id;
  }

  /**
   * Whether `id` is this conversation. Without one, the client's own is meant.
   * @param {unknown} id
   * @returns {boolean}
   */
  is(id) {
    if (id === undefined || id === null) return true;
    if (typeof id !== 'string' || id === '') {
      throw new InvalidArgumentError('conversationId must be a string that is not empty');
    }
    this.#id ??= id;
    return id === this.#id;
  }

  /**
   * Whether `id` is known to be this conversation.
   * @param {unknown} id
   * @returns {boolean}
   */
  isKnownAs(id) {
    return id === this.#id || id === undefined || id === null;
  }

  /**
   * What tells this conversation from another one, and gives away no secret.
   * @param {string} token
   * @returns {string}
   */
  identity(token) {
    const named = this.#given ?? conversationOf(token);
    return named === undefined ? `token ${fingerprintOf(token)}` : `conversation ${named}`;
  }

  /**
   * A new token may be of another conversation.
   * @param {string | undefined} id
   * @param {string} token
   */
  renew(id, token) {
    this.#given = id ?? this.#given;
    this.#id = id ?? conversationOf(token) ?? this.#id;
  }

  /** Another conversation took the place of this one, and its id is not known. */
  replaced() {
    this.#id = undefined;
  }
}
