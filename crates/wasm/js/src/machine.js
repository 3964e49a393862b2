// Owns: the state machine in this page: making it, perhaps of what was kept; putting it away; what it runs
// on. Must not know: what its news mean, what state the client is in.

import { InvalidStateError, MessageNotFoundError, ofRefusal } from './errors.js';
import { clockOf, machineConfig } from './options.js';
import { NO_EXTRA, readSnapshot, withoutText, writeSnapshot } from './snapshot.js';

/** @import { Conversation } from './conversation.js' */
/** @import { Guest, Host, News } from './guest.js' */
/** @import { ClientOptions, Page } from './index.js' */
/** @import { Keeper } from './keeper.js' */
/** @import { GuestClass } from './loader.js' */
/** @import { Extra } from './snapshot.js' */

/**
 * @typedef {object} MachineHooks
 * @property {(kind: string, id?: string) => void} written
 * @property {(guest: Guest, extra: Extra) => void} made a machine was made, perhaps of a snapshot
 * @property {() => Extra} extra what belongs into a snapshot besides the machine
 * @property {(what: 'dialing' | 'open' | 'closed', transport: number, detail?: unknown) => void} transport
 * @property {() => Host['frame']} frame
 * @property {() => Host['timer']} timer
 */

export class Machine {
  #options;
  #conversation;
  #keeper;
  #page;
  #hooks;
  #hear;
  /** @type {Guest | null} */
  #guest = null;
  /** What a machine was that was let go, to go on with. @type {string | null} */
  #resume;
  /** One at a time asks for what was kept. @type {Promise<void>} */
  #recalling = Promise.resolve();
  #isBehind = false;

  /**
   * @param {ClientOptions} options
   * @param {Conversation} conversation
   * @param {Keeper | null} keeper
   * @param {Page} page
   * @param {MachineHooks} hooks
   * @param {(news: News) => void} hear
   */
  constructor(options, conversation, keeper, page, hooks, hear) {
    this.#options = options;
    this.#conversation = conversation;
    this.#keeper = keeper;
    this.#page = page;
    this.#hooks = hooks;
    this.#hear = hear;
    this.#resume = options.restore ?? null;
  }

  /** The machine, while there is one. */
  get guest() {
    return this.#guest;
  }

  /**
   * The session as text, to go on with elsewhere; null before there is one.
   * @param {boolean} emptyScreen
   * @returns {string | null}
   */
  snapshot(emptyScreen) {
    if (!this.#guest) return this.#resume;
    return writeSnapshot(this.#guest.snapshot(emptyScreen), this.#hooks.extra());
  }

  /**
   * Takes what was kept of this session, if it is still ours.
   * @param {string} token
   * @returns {Promise<void>}
   */
  recall(token) {
    this.#recalling = this.#recalling.then(() => this.#recall(token));
    return this.#recalling;
  }

  /**
   * The machine, made now if there is none.
   * @param {GuestClass} Guest
   * @param {string} token
   * @returns {Guest}
   */
  make(Guest, token) {
    if (this.#guest) return this.#guest;
    const snapshot = this.#resume;
    this.#resume = null;
    try {
      this.#guest = this.#made(Guest, token, snapshot);
    } catch (error) {
      // One that was kept and cannot be used is no reason not to connect; one that the host gave is.
      if (snapshot === null || snapshot === this.#options.restore) throw error;
      this.#guest = this.#made(Guest, token, null);
    }
    return this.#guest;
  }

  /**
   * Without a machine nothing dials, and nothing is lost: the next one goes on with it.
   * @param {boolean} emptyScreen
   */
  letGo(emptyScreen) {
    this.#resume = this.snapshot(emptyScreen);
    this.free();
  }

  free() {
    this.#guest?.free();
    this.#guest = null;
  }

  /**
   * Forgets a text; if there is no machine just now, the next one does.
   * @param {number} key
   * @param {{has(key: number): boolean}} known what it holds, as far as is known here
   */
  discard(key, known) {
    try {
      if (this.#guest) return this.#guest.discard(key);
    } catch (refusal) {
      throw ofRefusal(refusal, { key });
    }
    if (this.#resume === null) throw new InvalidStateError('there is no session yet: connect() first');
    if (!known.has(key)) throw new MessageNotFoundError(`there is no text with the key ${key}`, { key });
    this.#resume = withoutText(this.#resume, key);
  }

  /** @param {string} token */
  save(token) {
    const snapshot = this.snapshot(true);
    if (snapshot !== null) this.#keeper?.save(this.#conversation.identity(token), snapshot);
  }

  /**
   * Something has happened. A page that is hidden goes on, and may be thrown away without a word: what
   * was saved of it keeps up with it.
   * @param {string} token
   */
  changed(token) {
    if (!this.#keeper?.isStored || this.#isBehind) return;
    this.#isBehind = true;
    queueMicrotask(() => {
      this.#isBehind = false;
      if (this.#keeper?.isStored) this.save(token);
    });
  }

  /** What was saved is not to be used any more. */
  withdraw() {
    this.#keeper?.withdraw();
  }

  /**
   * Saves, and lets another page go on with it.
   * @param {string} token
   */
  putAway(token) {
    this.save(token);
    this.#keeper?.close();
  }

  /** @param {string} token */
  async #recall(token) {
    if (!this.#keeper) return;
    if (this.#guest || this.#resume !== null) {
      if (await this.#keeper.reopen()) return;
      // Another tab goes on with it.
      this.free();
    }
    this.#resume = await this.#keeper.open(this.#conversation.identity(token));
  }

  /**
   * @param {GuestClass} Guest
   * @param {string} token
   * @param {string | null} snapshot
   */
  #made(Guest, token, snapshot) {
    const config = machineConfig(this.#options, token);
    const { machine, extra } = snapshot === null ? { machine: null, extra: NO_EXTRA } : readSnapshot(snapshot);
    try {
      const guest = new Guest(config, this.#host(), machine);
      for (const key of extra.discarded) guest.discard(key);
      this.#hooks.made(guest, extra);
      // The first call brings what it has to tell of the time before.
      guest.inputCleared();
      return guest;
    } catch (refusal) {
      throw ofRefusal(refusal);
    }
  }

  /** @returns {Host} */
  #host() {
    const hooks = this.#hooks;
    const { now, setTimeout, clearTimeout } = clockOf(this.#options);
    return {
      WebSocket: this.#options.WebSocket ?? globalThis.WebSocket,
      now,
      setTimeout,
      clearTimeout,
      page: this.#page,
      event: (json) => this.#hear(JSON.parse(json)),
      written: hooks.written,
      transport: hooks.transport,
      // Asked each time: nothing is made for nobody.
      get frame() {
        return hooks.frame();
      },
      get timer() {
        return hooks.timer();
      },
    };
  }
}
