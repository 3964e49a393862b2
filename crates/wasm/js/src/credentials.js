// Owns: the guest token, and how a new one is got. Must not know: when one is needed.

import { AuthenticationError } from './errors.js';
import { missingToken } from './endings.js';

/** @import { Conversation } from './conversation.js' */
/** @import { ClientOptions, Clock, TokenReason } from './index.js' */

/** A token that is refused sooner was never good, and the next one would not be either. */
const GOOD_MS = 30_000;

export class Credentials {
  #token;
  #provider;
  #conversation;
  #clock;
  /** When the token was given after a refusal; null: it was not. @type {number | null} */
  #renewedAt = null;

  /**
   * @param {ClientOptions} options
   * @param {Conversation} conversation
   * @param {Clock} clock
   */
  constructor({ guestToken, tokenProvider }, conversation, clock) {
    this.#token = guestToken ?? '';
    this.#provider = tokenProvider;
    this.#conversation = conversation;
    this.#clock = clock;
  }

  /** Empty if there is none. */
  get token() {
    return this.#token;
  }

  /** Whether to ask for another token after a refusal. A new one that is refused as well is no reason to go on. */
  get canRenew() {
    if (this.#provider === undefined) return false;
    return this.#renewedAt === null || this.#clock.now() - this.#renewedAt >= GOOD_MS;
  }

  /**
   * @param {string} token
   * @param {string} [conversationId]
   */
  renew(token, conversationId) {
    this.#token = token;
    this.#conversation.renew(conversationId, token);
  }

  /** The host wants to connect: whatever was refused before, the provider may be asked. */
  startAnew() {
    this.#renewedAt = null;
  }

  /**
   * A new token from the host's provider.
   * @param {TokenReason} reason
   * @returns {Promise<{guestToken: string, conversationId?: string | undefined}>}
   */
  async ask(reason) {
    if (!this.#provider) throw missingToken();
    let given;
    try {
      given = await this.#provider({ reason });
    } catch (cause) {
      throw new AuthenticationError('the tokenProvider failed to give a guestToken', { cause });
    }
    const token = typeof given === 'string' ? { guestToken: given } : given;
    if (typeof token?.guestToken !== 'string' || token.guestToken === '') {
      throw new AuthenticationError('the tokenProvider gave no guestToken');
    }
    if (reason !== 'missing') this.#renewedAt = this.#clock.now();
    return token;
  }
}
