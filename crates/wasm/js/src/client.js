// Owns: what a host can call, in which state, and who hears what happens.
// Must not know: how the machine is run.

import * as given from './arguments.js';
import { Bindings } from './bindings.js';
import { Books } from './books.js';
import { Connection } from './connection.js';
import { Conversation } from './conversation.js';
import { Emitter } from './emitter.js';
import { InvalidArgumentError, InvalidStateError, MessageNotFoundError, ofRefusal } from './errors.js';
import { EventStreams } from './event-stream.js';
import { INSPECTION_EVENTS, Inspection } from './inspection.js';
import { Keeper } from './keeper.js';
import { Log } from './log.js';
import { clockOf, pageOf } from './options.js';
import { ignorable } from './promises.js';
import { TypingCalls } from './typing-calls.js';

/** @import { WebMessagingError } from './errors.js' */
/** @import { EventStream } from './event-stream.js' */
/** @import { Guest } from './guest.js' */
/** @import * as Api from './index.js' */

const EVENTS = /** @type {const} */ ([
  'message', 'typing', 'stopTyping', 'messageStatus', 'connectionStateChange', 'error', 'messagesMayBeMissing',
  'conversationReplaced', 'conversationEnded', 'conversationCleared', ...INSPECTION_EVENTS,
]);

/** A guest's side of one conversation. */
export class WebMessagingClient {
  #log;
  #emitter;
  #conversation;
  #connection;
  #inspection;
  #books;
  #typing;
  #bindings;
  #streams = new EventStreams();

  /** @param {Api.ClientOptions} options */
  constructor(options) {
    if (options === null || typeof options !== 'object') {
      throw new InvalidArgumentError('new WebMessagingClient({guestToken, deploymentId}) needs its options');
    }
    this.#log = new Log(options.debug ?? false);
    const clock = clockOf(options);
    this.#emitter = new Emitter(EVENTS, clock);
    this.#conversation = new Conversation(options.conversationId, options.guestToken ?? undefined);
    const hasOff = options.profile !== 'live';
    this.#books = new Books(this.#conversation, clock, hasOff, (type, detail) => this.#emit(type, detail));
    this.#inspection = new Inspection(this.#emitter, clock, this.#log, () => this.#connection.token);
    const { persist } = options;
    const keeper = persist
      ? new Keeper(persist === true ? {} : persist, options.deploymentId, clock, this.#log)
      : null;
    this.#connection = new Connection(options, this.#conversation, keeper, this.#hooks());
    this.#typing = new TypingCalls(this.#connection, this.#books);
    this.#bindings = new Bindings(this.#connection, this.#books, clock, pageOf(options));
  }

  /** Where the connection stands. @returns {Api.ConnectionState} */
  get state() {
    return this.#connection.state;
  }

  /** @returns {string | undefined} */
  get conversationId() {
    return this.#conversation.id;
  }

  /**
   * @param {string} type
   * @param {(...details: any[]) => void} listener
   */
  on(type, listener) {
    return this.#emitter.on(type, listener);
  }

  /**
   * @param {string} type
   * @param {(...details: any[]) => void} listener
   */
  off(type, listener) {
    this.#emitter.off(type, listener);
  }

  /** @returns {Promise<void>} */
  connect() {
    return ignorable(this.#connection.connect());
  }

  /** @returns {Promise<void>} */
  async disconnect() {
    this.#bindings.end();
    const streams = this.#streams.all();
    await this.#connection.disconnect();
    for (const stream of streams) stream.end();
  }

  /** The end without leave, for good: nothing of the client stays, nothing more is told. */
  free() {
    this.#bindings.end();
    this.#connection.free();
    this.#emitter.release();
    this.#books.typing.fail(new InvalidStateError('the client was freed'));
    this.#streams.over();
  }

  /**
   * @param {string} guestToken
   * @param {{conversationId?: string} | null} [more]
   */
  renew(guestToken, more) {
    this.#connection.renew(given.newToken(guestToken), more?.conversationId);
  }

  /** @returns {Promise<void>} */
  startNewConversation() {
    return this.#answer('startNewConversation', () => this.#connection.startNew());
  }

  /**
   * @param {Api.TypingRequest} request
   * @returns {Promise<void>}
   */
  sendTypingIndicator(request) {
    const { typing } = this.#books;
    // Hosts call it on every key.
    if (typing.goesOn && request?.type === 'typing' && this.#conversation.isKnownAs(request.conversationId)) {
      return typing.goOn();
    }
    return this.#answer('sendTypingIndicator', () => {
      const { type, conversationId } = given.typingRequest(request);
      this.#sameConversation(conversationId);
      return type === 'typing' ? this.#typing.start() : this.#typing.stop();
    });
  }

  /**
   * @param {Api.ReceiptRequest} request
   * @returns {Promise<void>}
   */
  sendReadReceipt(request) {
    return this.#answer('sendReadReceipt', () => {
      const { messageId, conversationId } = given.receiptRequest(request);
      if (!this.#conversation.is(conversationId)) {
        throw new MessageNotFoundError('the message belongs to another conversation', { messageId });
      }
      const guest = this.#guestFor('sendReadReceipt');
      return this.#books.receipts.ask(messageId, () => refusing(() => guest.messageVisible(messageId), { messageId }));
    });
  }

  /**
   * @param {Api.TextRequest} request
   * @returns {Promise<Api.SentMessage>}
   */
  sendMessage(request) {
    return this.#answer('sendMessage', () => {
      const { text, conversationId, attributes } = given.textRequest(request);
      this.#sameConversation(conversationId);
      const send = () => {
        const guest = this.#guestFor('sendMessage');
        return this.#books.texts.add(text, (key) => refusing(() => guest.sendText(key, text, attributes), {}));
      };
      const { renewing } = this.#connection;
      const sent = renewing ? renewing.then(send) : send();
      // A text ends the typing that leads to it.
      this.#books.typing.ended();
      return sent;
    });
  }

  /**
   * @param {number} key
   * @returns {Promise<Api.SentMessage>}
   */
  retry(key) {
    return this.#answer('retry', () => {
      const guest = this.#guestFor('retry');
      return this.#books.texts.again(given.textKey(key), () => {
        try {
          guest.retry(key);
        } catch (refusal) {
          // It is in line already.
          if (/** @type {{code?: string}} */ (refusal).code !== 'not_kept') throw ofRefusal(refusal, { key });
        }
      });
    });
  }

  /** @param {number} key */
  discard(key) {
    const text = given.textKey(key);
    this.#connection.discard(text, this.#books.texts);
    this.#books.texts.discarded(key);
  }

  /** @returns {Api.UnsentText[]} */
  unsentTexts() {
    return this.#books.texts.list();
  }

  /** @param {Api.KnownMessage[]} messages */
  restoreMessages(messages) {
    this.#books.restoreMessages(given.knownMessages(messages), this.#connection.guest);
  }

  /**
   * @param {Element} element
   * @returns {() => void}
   */
  bindComposer(element) {
    return this.#bindings.composer(element);
  }

  /**
   * @param {Element} container
   * @param {Api.MessageBinding} [options]
   * @returns {() => void}
   */
  bindMessages(container, options) {
    return this.#bindings.messages(container, options ?? {});
  }

  /** @returns {Api.Inspection | null} */
  inspect() {
    const { guest } = this.#connection;
    return guest ? this.#inspection.look(guest) : null;
  }

  /** @returns {string | null} */
  snapshot() {
    return this.#connection.snapshot(true);
  }

  /** @returns {EventStream} */
  [Symbol.asyncIterator]() {
    return this.#streams.open();
  }

  /**
   * @template T
   * @param {string} call
   * @param {() => T | Promise<T>} ask
   * @returns {Promise<T>} may be ignored: what becomes of it is told by events, too
   */
  #answer(call, ask) {
    /** @type {Promise<T>} */
    let answer;
    try {
      answer = Promise.resolve(ask());
    } catch (error) {
      this.#log.error(call, /** @type {WebMessagingError} */ (error));
      answer = Promise.reject(error);
    }
    return ignorable(answer);
  }

  /** @param {unknown} id */
  #sameConversation(id) {
    if (!this.#conversation.is(id)) {
      throw new InvalidArgumentError('conversationId is of another conversation than this client\'s');
    }
  }

  /**
   * The machine, while it takes what can wait for a connection.
   * @param {string} call
   * @returns {Guest}
   */
  #guestFor(call) {
    const { guest, state } = this.#connection;
    if (!guest || (state !== 'connected' && state !== 'reconnecting')) {
      throw new InvalidStateError(`${call} is not possible while the client is ${state}`);
    }
    return guest;
  }

  /**
   * @param {Api.EventName} type
   * @param {unknown} detail
   */
  #emit(type, detail) {
    if (type === 'error') this.#log.error('error', /** @type {WebMessagingError} */ (detail));
    this.#emitter.emit(type, detail);
    this.#streams.push(/** @type {Api.ClientEvent} */ ({ type, detail }));
    this.#connection.changed();
  }

  /** @returns {import('./connection.js').Hooks} */
  #hooks() {
    return {
      news: (news) => this.#books.hear(news),
      written: (kind, id) => this.#books.written(kind, id),
      state: (state, previous, error) => this.#stateChanged(state, previous, error),
      accepted: () => this.#emitter.hold(),
      replaced: () => this.#books.replaced(),
      hidden: () => this.#books.typing.interrupt(),
      paused: (error) => this.#books.typing.fail(error),
      over: (error) => this.#books.over(error),
      error: (error) => this.#emit('error', error),
      made: (guest, extra) => this.#books.made(guest, extra),
      extra: () => this.#books.extra(),
      transport: (what, transport, detail) => this.#inspection.transport(what, transport, detail),
      frame: () => this.#inspection.frame,
      timer: () => this.#inspection.timer,
    };
  }

  /**
   * @param {Api.ConnectionState} state
   * @param {Api.ConnectionState} previous
   * @param {WebMessagingError} [error]
   */
  #stateChanged(state, previous, error) {
    this.#books.typing.connectionChanged();
    this.#log.line(`${previous} -> ${state}${error ? ` (${error.message})` : ''}`);
    const detail = error ? { state, previous, error } : { state, previous };
    this.#emitter.emit('connectionStateChange', state, detail);
    this.#streams.push({ type: 'connectionStateChange', detail });
    if (state === 'connected') this.#books.tellLearned();
    if (state === 'readonly') this.#books.receipts.over(new InvalidStateError('the conversation is over: it can be read only'));
  }
}

/**
 * @template T
 * @param {() => T} call
 * @param {{messageId?: string, key?: number}} of
 * @returns {T}
 */
function refusing(call, of) {
  try {
    return call();
  } catch (refusal) {
    throw ofRefusal(refusal, of);
  }
}
