// Owns: the guest token, and how a new one is got. Must not know: when one is needed.

import { AuthenticationError } from './errors.js';
import { missingToken } from './endings.js';

/** @import { Conversation } from './conversation.js' */
/** @import { ClientOptions, TokenReason } from './index.js' */

export class Credentials {
  #token;
  #provider;
  #conversation;
  /** The token was given after a refusal, and nobody has taken it yet. */
  #onProbation = false;

  /**
   * @param {ClientOptions} options
   * @param {Conversation} conversation
   */
  constructor({ guestToken, tokenProvider }, conversation) {
    this.#token = guestToken ?? '';
    this.#provider = tokenProvider;
    this.#conversation = conversation;
  }

  /** Empty if there is none. */
  get token() {
    return this.#token;
  }

  /**
   * Whether to ask for another token after a refusal: once for each. A new one that is refused as well
   * is no reason to go on asking.
   */
  get canRenew() {
    return this.#provider !== undefined && !this.#onProbation;
  }

  /**
   * @param {string} token
   * @param {string} [conversationId]
   */
  renew(token, conversationId) {
    this.#token = token;
    this.#conversation.renew(conversationId, token);
  }

  /** The service takes the token. */
  accepted() {
    this.#onProbation = false;
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
    this.#onProbation = reason !== 'missing';
    return token;
  }
}
