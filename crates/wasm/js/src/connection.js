// Owns: the client's state, the promises of connect and disconnect, and when the machine is made, dialed,
// given a new token, put away and let go. Must not know: messages, typing, receipts.

import { Credentials } from './credentials.js';
import * as endings from './endings.js';
import { InvalidStateError, NetworkError, ofThrown } from './errors.js';
import { loadGuest } from './loader.js';
import { Machine } from './machine.js';
import { check, clockOf, pageOf } from './options.js';
import { PageLife } from './page-life.js';
import { Patience } from './patience.js';
import { Gate, deferred } from './promises.js';

/** @import { Conversation } from './conversation.js' */
/** @import { WebMessagingError } from './errors.js' */
/** @import { Guest, News } from './guest.js' */
/** @import { Keeper } from './keeper.js' */
/** @import { ClientOptions, ConnectionState } from './index.js' */
/** @import { Deferred } from './promises.js' */
/** @import { MachineHooks } from './machine.js' */

/** Phases without a connection, nor one to come. */
const OVER = ['idle', 'closed', 'failed'];

/**
 * @typedef {object} ConnectionHooks
 * @property {(news: News) => void} news what is not about the connection
 * @property {(state: ConnectionState, previous: ConnectionState, error?: WebMessagingError) => void} state
 * @property {() => void} accepted `connect()` is about to resolve
 * @property {() => void} replaced another conversation took the place of the old one
 * @property {() => void} hidden the page is not seen any more
 * @property {(error: WebMessagingError) => void} paused nothing is sent for now
 * @property {(error: WebMessagingError) => void} over nothing is sent until the next connect()
 * @property {(error: WebMessagingError) => void} error something went wrong that no promise tells
 */
/** @typedef {ConnectionHooks & MachineHooks} Hooks */

export class Connection {
  #options;
  #credentials;
  #pageLife;
  #machine;
  #hooks;
  /** @type {ConnectionState} */
  #state = 'disconnected';
  /** From connect() to the end; what an older one still awaits does nothing. @type {object | null} */
  #life = null;
  /** @type {Deferred<void> | null} */
  #attempt = null;
  /** Shut until the old connection is left. */
  #leaving = new Gate();
  /** Shut until the token is renewed, or will not be. */
  #renewing = new Gate();
  /** Whether the machine was told to connect in this life. */
  #dialed = false;
  /** Whether the service accepted the session in this life. */
  #accepted = false;
  #startingNew = false;
  /** @type {number | string | null} */
  #fault = null;
  #patience;
  #suspended = false;
  #freed = false;

  /**
   * @param {ClientOptions} options
   * @param {Conversation} conversation
   * @param {Keeper | null} keeper
   * @param {Hooks} hooks
   */
  constructor(options, conversation, keeper, hooks) {
    this.#options = options;
    const clock = clockOf(options);
    this.#credentials = new Credentials(options, conversation, clock);
    this.#patience = new Patience(options, clock, () => {
      this.#machine.letGo(true);
      this.#end(endings.kept(this.#fault));
    });
    this.#pageLife = new PageLife(pageOf(options), {
      hidden: () => {
        this.#hooks.hidden();
        this.#machine.save(this.token);
      },
      shown: () => this.#machine.withdraw(),
      left: () => this.#suspend(),
      back: () => this.#wake(),
    });
    const { page } = this.#pageLife;
    this.#machine = new Machine(options, conversation, keeper, page, hooks, (news) => this.#hear(news));
    this.#hooks = hooks;
  }

  /** The machine, while there is one. */
  get guest() {
    return this.#machine.guest;
  }

  get state() {
    return this.#state;
  }

  get token() {
    return this.#credentials.token;
  }

  /** While the token is being renewed: what to wait for before a text is sent. */
  get renewing() {
    return this.#renewing.promise;
  }

  /** @returns {Promise<void>} */
  connect() {
    if (this.#freed) return Promise.reject(new InvalidStateError('the client was freed: make another one'));
    if (this.#attempt) return this.#attempt.promise;
    if (this.#state === 'connected' || this.#state === 'readonly') return Promise.resolve();
    const attempt = /** @type {Deferred<void>} */ (deferred());
    this.#attempt = attempt;
    if (this.#state === 'reconnecting') {
      if (this.guest?.phase === 'backoff') this.guest.connect();
      return attempt.promise;
    }
    const life = {};
    this.#life = life;
    this.#accepted = false;
    this.#fault = null;
    this.#credentials.startAnew();
    this.#patience.begin();
    this.#setState('connecting');
    this.#open(life);
    return attempt.promise;
  }

  /** @returns {Promise<void>} */
  disconnect() {
    const { guest } = this;
    const isOpen = guest && !OVER.includes(guest.phase);
    if (isOpen) this.#leaving.shut();
    const left = Promise.resolve(this.#leaving.promise);
    this.#end(new InvalidStateError('the client is disconnected: disconnect() was called'));
    if (isOpen) guest.disconnect();
    return left.then(() => {
      // Unless it was connected again meanwhile.
      if (this.#life === null) this.#rest();
    });
  }

  /** The end without leave. */
  free() {
    this.#freed = true;
    this.#end(new InvalidStateError('the client was freed'));
    this.#leaving.open();
    this.#putAway();
    this.#machine.free();
  }

  /**
   * A token for the next time that the service asks for one.
   * @param {string} token
   * @param {string} [conversationId]
   */
  renew(token, conversationId) {
    this.#credentials.renew(token, conversationId);
    this.guest?.renew(token);
  }

  /**
   * Forgets a text, connected or not.
   * @param {number} key
   * @param {{has(key: number): boolean}} known
   */
  discard(key, known) {
    this.#machine.discard(key, known);
    this.changed();
  }

  /** Something has happened that a snapshot would tell. */
  changed() {
    this.#machine.changed(this.token);
  }

  /** @returns {Promise<void>} */
  startNew() {
    if (this.#state !== 'readonly' || !this.guest) {
      throw new InvalidStateError(`a new conversation can be started while the client is readonly, not ${this.#state}`);
    }
    const attempt = /** @type {Deferred<void>} */ (deferred());
    this.#attempt = attempt;
    this.#startingNew = true;
    this.#patience.begin();
    this.guest.startNew();
    return attempt.promise;
  }

  /**
   * The session as text, to go on with elsewhere; null before there is one.
   * @param {boolean} emptyScreen
   * @returns {string | null}
   */
  snapshot(emptyScreen) {
    return this.#machine.snapshot(emptyScreen);
  }

  /** @param {object} life */
  async #open(life) {
    try {
      // Whatever is found wanting, connect() has returned before.
      await this.#leaving.promise;
      if (this.#life !== life) return;
      check(this.#options);
      if (this.token === '') await this.#askForToken(life, 'missing');
      const Guest = await loadGuest();
      if (this.#life !== life) return;
      await this.#machine.recall(this.token);
      if (this.#life !== life) {
        // Nobody wants it any more.
        if (this.#life === null) this.#putAway();
        return;
      }
      this.#pageLife.listen();
      const guest = this.#machine.make(Guest, this.token);
      if (this.#life !== life) {
        // Who heard what it had to tell has left; a restored one may be dialing already.
        this.#machine.letGo(true);
        if (this.#life === null) this.#putAway();
        return;
      }
      this.#dial(guest);
    } catch (error) {
      if (this.#life === life) this.#end(ofThrown(error));
    }
  }

  /** @param {Guest} guest */
  #dial(guest) {
    this.#dialed = true;
    guest.connect();
  }

  /** @param {News} news */
  #hear(news) {
    switch (news.type) {
      case 'phase_changed':
        this.#phaseChanged(news.phase, news.reason);
        return;
      case 'connection_closed':
        this.#end(endings.closed(news.reason));
        return;
      case 'fault':
        this.#fault = news.code;
        break;
      // The phase has said it.
      case 'authentication_failed':
      case 'session_expired':
      case 'access_denied':
        return;
    }
    this.#hooks.news(news);
  }

  /**
   * @param {string} phase
   * @param {string} [reason]
   */
  #phaseChanged(phase, reason) {
    if (phase === 'closed') this.#leaving.open();
    // What a restored session was before is no news of this life.
    if (!this.#dialed) return;
    switch (phase) {
      case 'connecting':
      case 'configuring':
        this.#setState(this.#accepted ? 'reconnecting' : 'connecting');
        return;
      case 'ready':
      case 'read_only':
        this.#ready(phase === 'ready');
        return;
      case 'backoff':
        this.#lost();
        return;
      case 'failed':
        this.#failed(reason);
        return;
    }
  }

  /** @param {boolean} writable */
  #ready(writable) {
    this.#accepted = true;
    this.#patience.end();
    this.#fault = null;
    if (this.#startingNew && writable) {
      this.#startingNew = false;
      const life = this.#life;
      this.#hooks.replaced();
      // Who heard of it has left.
      if (this.#life !== life) return;
    }
    this.#setState(writable ? 'connected' : 'readonly');
    if (!writable) this.#hooks.paused(new InvalidStateError('the conversation is over: it can be read only'));
    if (!this.#attempt) return;
    this.#hooks.accepted();
    this.#attempt.resolve();
    this.#attempt = null;
  }

  #lost() {
    if (!this.#accepted) {
      // The machine would dial again; nobody has asked for that. What it holds is for the next connect().
      this.#machine.letGo(true);
      this.#end(endings.unreachable());
      return;
    }
    const error = endings.lost();
    this.#attempt?.reject(error);
    this.#attempt = null;
    this.#setState('reconnecting', error);
    this.#hooks.paused(error);
  }

  /** @param {string} [reason] */
  #failed(reason) {
    const error = endings.failed(reason, this.#fault);
    const life = this.#life;
    const isRefusal = reason === 'authentication_failed' || reason === 'session_expired';
    if (!isRefusal || !this.#credentials.canRenew || !life) {
      this.#end(error);
      return;
    }
    this.#setState(this.#accepted ? 'reconnecting' : 'connecting', error);
    // Who heard of it has left.
    if (this.#life !== life) return;
    this.#hooks.paused(new NetworkError('the token is being renewed', { cause: error }));
    this.#renewing.shut();
    this.#patience.begin();
    this.#renew(life, reason === 'session_expired' ? 'expired' : 'refused');
  }

  /**
   * @param {object} life
   * @param {import('./index.js').TokenReason} reason
   */
  async #renew(life, reason) {
    try {
      await this.#askForToken(life, reason);
      if (this.#life !== life) return;
      // Without one, the page is being left; the next machine has the new token.
      if (this.guest) this.#dial(this.guest);
      this.#renewing.open();
    } catch (error) {
      if (this.#life === life) this.#end(ofThrown(error));
    }
  }

  /**
   * @param {object} life
   * @param {import('./index.js').TokenReason} reason
   */
  async #askForToken(life, reason) {
    const { guestToken, conversationId } = await this.#credentials.ask(reason);
    if (this.#life === life) this.renew(guestToken, conversationId);
  }

  /**
   * This life is over.
   * @param {WebMessagingError} error
   */
  #end(error) {
    const wasAlive = this.#life !== null;
    this.#life = null;
    this.#dialed = false;
    this.#startingNew = false;
    this.#suspended = false;
    this.#patience.end();
    this.#renewing.open();
    const attempt = this.#attempt;
    this.#attempt = null;
    this.#setState('disconnected', error);
    if (attempt) attempt.reject(error);
    else if (wasAlive && !(error instanceof InvalidStateError)) this.#hooks.error(error);
    // What the machine has still to tell of this end comes before.
    queueMicrotask(() => {
      if (this.#state !== 'disconnected') return;
      this.#hooks.over(error);
      if (!this.#leaving.promise) this.#rest();
    });
  }

  /**
   * @param {ConnectionState} state
   * @param {WebMessagingError} [error]
   */
  #setState(state, error) {
    if (state === this.#state) return;
    const previous = this.#state;
    this.#state = state;
    this.#hooks.state(state, previous, error);
  }

  /** Nobody listens any more; what is worth it is kept. */
  #putAway() {
    this.#pageLife.unlisten();
    this.#machine.putAway(this.token);
  }

  /**
   * Until the next connect(), if one comes. A machine is held by what it runs on, and so is all that hears
   * of it: a client that its host forgets would stay in memory for good.
   */
  #rest() {
    this.#putAway();
    this.#machine.letGo(false);
  }

  #suspend() {
    this.#machine.putAway(this.token);
    if (!this.guest) return;
    this.#suspended = true;
    this.#dialed = false;
    this.#machine.letGo(false);
    this.#leaving.open();
    this.#hooks.paused(new NetworkError('the page is being left'));
  }

  #wake() {
    if (!this.#suspended) return;
    this.#suspended = false;
    const life = this.#life;
    if (!life) return;
    this.#setState(this.#accepted ? 'reconnecting' : 'connecting');
    this.#open(life);
  }
}
