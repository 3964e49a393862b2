// Owns: the guest's own texts as the host sees them: their keys, what became of each, and the
// promise of each. Must not know: when a text is sent.

import { MessageError, MessageNotFoundError, MessageTooLongError } from './errors.js';
import { deferred } from './promises.js';

/** @import { HeldText } from './guest.js' */
/** @import { SentMessage, TextStatus, MessageStatus, UnsentText } from './index.js' */
/** @import { Deferred } from './promises.js' */

/** The service's code for a text that is too long. */
const TOO_LONG = 4011;

/** @typedef {{text: string, status: TextStatus, settled: Deferred<SentMessage> | null}} Entry */

export class Texts {
  /** Those that are not confirmed. @type {Map<number, Entry>} */
  #entries = new Map();
  #lastKey = 0;
  #tell;

  /** @param {(status: MessageStatus) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /**
   * A new text; `send` hands it to the machine, and throws if that refuses it.
   * @param {string} text
   * @param {(key: number) => void} send
   * @returns {Promise<SentMessage>}
   */
  add(text, send) {
    const key = ++this.#lastKey;
    const settled = /** @type {Deferred<SentMessage>} */ (deferred());
    const entry = /** @type {Entry} */ ({ text, status: 'queued', settled });
    this.#entries.set(key, entry);
    try {
      send(key);
    } catch (refusal) {
      this.#entries.delete(key);
      throw refusal;
    }
    // If it went out at once, that was told.
    if (entry.status === 'queued') this.#tell({ key, status: 'queued' });
    return settled.promise;
  }

  /**
   * A text is to be sent again, or is waited for again; `send` tells the machine, and throws if that refuses it.
   * @param {number} key
   * @param {() => void} send
   * @returns {Promise<SentMessage>}
   */
  again(key, send) {
    send();
    const entry = this.#entries.get(key);
    if (!entry) throw new MessageNotFoundError(`there is no text with the key ${key}`, { key });
    entry.settled ??= deferred();
    if (entry.status === 'failed' || entry.status === 'unconfirmed') this.#set(key, 'queued');
    return entry.settled.promise;
  }

  /** @param {number} key */
  has(key) {
    return this.#entries.has(key);
  }

  /** @param {number} key */
  written(key) {
    this.#set(key, 'sending');
  }

  /**
   * The service has taken a text. Gives what it said.
   * @param {number} key
   * @param {string} id
   * @param {string | null} time
   * @returns {string | null}
   */
  confirmed(key, id, time) {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    this.#tell({ key, id, status: 'sent' });
    entry?.settled?.resolve({ key, id, time });
    return entry?.text ?? null;
  }

  /** @param {number} key */
  unconfirmed(key) {
    this.#reject(key, new MessageError(
      'MESSAGE_UNCONFIRMED',
      `nobody knows whether the text ${key} has arrived: retry(${key}) may send it twice, discard(${key}) forgets it`,
      { key },
    ));
    this.#set(key, 'unconfirmed');
  }

  /**
   * @param {number} key
   * @param {number | string} code the service's, or what happened here
   */
  failed(key, code) {
    const now = `retry(${key}) sends it again, discard(${key}) forgets it`;
    if (code === TOO_LONG) {
      this.#reject(key, new MessageTooLongError(`the service found the text ${key} too long: shorten or split it`, { key }));
    } else if (typeof code === 'number') {
      this.#reject(key, new MessageError(
        'MESSAGE_FAILED', `the service refused the text ${key} with code ${code}: ${now}`, { key, status: code },
      ));
    } else {
      this.#reject(key, new MessageError(
        'MESSAGE_FAILED', `the text ${key} was not sent (${code}): ${now}`, { key, reason: code },
      ));
    }
    this.#set(key, 'failed', code);
  }

  /** @param {number} key */
  discarded(key) {
    this.#reject(key, new MessageError('MESSAGE_DISCARDED', `the text ${key} was discarded`, { key }));
    this.#entries.delete(key);
    this.#tell({ key, status: 'discarded' });
  }

  /**
   * The session is over for now: nobody has to wait any longer. What is in line stays there.
   * @param {Error} cause
   */
  over(cause) {
    for (const [key, { settled }] of this.#entries) {
      if (!settled) continue;
      this.#reject(key, new MessageError(
        'MESSAGE_QUEUED',
        `the text ${key} is still in line: connect() sends it, discard(${key}) takes it out (${cause.message})`,
        { key, cause },
      ));
    }
  }

  /**
   * What the machine holds after it was restored.
   * @param {HeldText[]} held
   * @param {Record<string, TextStatus>} statuses those that were known
   */
  restored(held, statuses) {
    const before = this.#entries;
    this.#entries = new Map();
    for (const { key, text, state } of held) {
      this.#lastKey = Math.max(this.#lastKey, key);
      // Of a kept one that nothing is known of, it may be that it arrived.
      const kept = statuses[key] === 'failed' ? 'failed' : 'unconfirmed';
      const status = state === 'kept' ? kept : 'queued';
      this.#entries.set(key, { text, status, settled: before.get(key)?.settled ?? null });
      before.delete(key);
    }
    for (const [key, { settled }] of before) {
      settled?.reject(new MessageError(
        'MESSAGE_UNCONFIRMED', `the text ${key} is in other hands: another tab took over its session`, { key },
      ));
    }
  }

  /** @returns {UnsentText[]} */
  list() {
    return [...this.#entries].map(([key, { text, status }]) => ({ key, text, status }));
  }

  /** @returns {Record<string, TextStatus>} */
  statuses() {
    return Object.fromEntries([...this.#entries].map(([key, { status }]) => [key, status]));
  }

  /**
   * @param {number} key
   * @param {TextStatus} status
   * @param {number | string} [code]
   */
  #set(key, status, code) {
    const entry = this.#entries.get(key);
    // Discarded meanwhile.
    if (!entry) return;
    entry.status = status;
    this.#tell(code === undefined ? { key, status } : { key, status, code });
  }

  /**
   * Before the status is told: a listener may ask for the text again, and gets a promise of its own.
   * @param {number} key
   * @param {Error} error
   */
  #reject(key, error) {
    const entry = this.#entries.get(key);
    if (!entry?.settled) return;
    entry.settled.reject(error);
    entry.settled = null;
  }
}
