// Owns: when the guest is told that the agent types: On with the first key and again while it goes
// on, Off after a pause. Must not know: where keys come from.

import { sendTyping } from './agent-api.js';

/** No key for so long is the end of typing. */
const IDLE_MS = 3000;
/** One On shows for 5 s. */
const AGAIN_MS = 4500;

export class AgentTyping {
  #nickname;
  /** @type {string | null} */
  #conversation = null;
  #notBefore = 0;
  #idle = 0;
  #again = 0;

  /** @param {string} nickname */
  constructor(nickname) {
    this.#nickname = nickname;
  }

  /** @param {string} conversation */
  key(conversation) {
    if (this.#conversation !== conversation) {
      this.stop();
      this.#conversation = conversation;
      this.#send(true);
      this.#again = setInterval(() => this.#send(true), AGAIN_MS);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
  }

  /** The agent has stopped. */
  stop() {
    if (this.#conversation === null) return;
    this.#send(false);
    this.over();
  }

  /** Something else has ended it: a text, the conversation. */
  over() {
    clearTimeout(this.#idle);
    clearInterval(this.#again);
    this.#conversation = null;
  }

  /** @param {boolean} on */
  #send(on) {
    const now = performance.now();
    if (!this.#conversation || (on && now < this.#notBefore)) return;
    sendTyping(this.#conversation, on, this.#nickname).catch((error) => {
      // An indicator is not worth a word: it is sent again, or the conversation is over.
      this.#notBefore = now + error.retryAfter * 1000;
    });
  }
}
