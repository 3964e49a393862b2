// Owns: what the machine's news mean to the host: which promises they settle and which events they are;
// what the session can do. Must not know: how the machine is run, what the host asked.

import { errorOf, messageOf, rateLimited, typingOf } from './news.js';
import { Receipts } from './receipts.js';
import { Texts } from './texts.js';
import { TypingNotices } from './typing-notices.js';

/** @import { Conversation } from './conversation.js' */
/** @import { WebMessagingError } from './errors.js' */
/** @import { CoreMessage, Guest, News } from './guest.js' */
/** @import { Clock, EventName, KnownMessage } from './index.js' */
/** @import { Extra } from './snapshot.js' */

export class Books {
  texts;
  receipts = new Receipts();
  typing;
  #conversation;
  #clock;
  #emit;
  #hasOff;
  #pausedUntil = 0;
  /** What the service has not refused. */
  sendsTyping = true;
  sendsTypingOff;
  /** Messages of the host's history that no machine knows yet. @type {KnownMessage[]} */
  #history = [];
  /** Called when the ledger may know more messages. @type {Set<() => void>} */
  #learned = new Set();

  /**
   * @param {Conversation} conversation
   * @param {Clock} clock
   * @param {boolean} hasOff whether the wire has a word for the end of typing
   * @param {(type: EventName, detail: unknown) => void} emit
   */
  constructor(conversation, clock, hasOff, emit) {
    this.#conversation = conversation;
    this.#clock = clock;
    this.#emit = emit;
    this.#hasOff = hasOff;
    this.sendsTypingOff = hasOff;
    this.texts = new Texts((status) => emit('messageStatus', status));
    this.typing = new TypingNotices(clock);
  }

  /** What is wrong with typing now, if the service has asked for a pause. */
  get pause() {
    const left = this.#pausedUntil - this.#clock.now();
    return left > 0 ? rateLimited(Math.ceil(left)) : null;
  }

  /** @param {News} news */
  hear(news) {
    this.typing.interrupt();
    switch (news.type) {
      case 'message_received':
        this.#received(news);
        return;
      case 'message_confirmed':
        this.#confirmed(news.key, news.id, news.time);
        return;
      case 'message_unconfirmed':
        this.texts.unconfirmed(news.key);
        return;
      case 'message_failed':
        this.texts.failed(news.key, news.code);
        return;
      case 'peer_typing_started':
        this.#emit('typing', typingOf(news));
        return;
      case 'peer_typing_stopped':
        this.#emit('stopTyping', { ...typingOf(news), reason: news.reason });
        return;
      case 'message_read':
        this.#read(news.id);
        return;
      case 'messages_may_be_missing':
        this.#emit('messagesMayBeMissing', {});
        return;
      case 'session_replaced':
        this.replaced();
        return;
      case 'session_cleared':
        this.#emit('conversationCleared', {});
        return;
      case 'conversation_ended':
        this.#emit('conversationEnded', { readOnly: news.read_only });
        return;
    }
    const error = errorOf(news);
    if (!error) return;
    this.#wentWrong(news, error);
    this.#emit('error', error);
  }

  /**
   * @param {string} kind
   * @param {string} [id]
   */
  written(kind, id) {
    this.typing.interrupt();
    if (kind === 'text' && id !== undefined) this.texts.written(Number(id));
    else if (kind === 'receipt' && id !== undefined) this.#read(id);
    else if (kind === 'typing_on') this.typing.written('on');
    else if (kind === 'typing_off') this.typing.written('off');
  }

  /** @param {WebMessagingError} error */
  over(error) {
    this.typing.fail(error);
    this.receipts.over(error);
    this.texts.over(error);
  }

  /** Another conversation took the place of the old one. */
  replaced() {
    this.#conversation.replaced();
    this.receipts.clear();
    this.sendsTyping = true;
    this.sendsTypingOff = this.#hasOff;
    this.#emit('conversationReplaced', {});
  }

  /**
   * @param {Guest} guest
   * @param {Extra} extra
   */
  made(guest, { unread, statuses }) {
    this.texts.restored(JSON.parse(guest.texts()), statuses);
    this.receipts.restored(unread);
    this.restoreMessages([], guest);
  }

  /** @returns {Extra} */
  extra() {
    return { unread: this.receipts.unread(), statuses: this.texts.statuses(), discarded: [] };
  }

  /**
   * @param {KnownMessage[]} messages
   * @param {Guest | null} guest
   */
  restoreMessages(messages, guest) {
    // Not spread: a long history is too many arguments.
    this.#history = this.#history.concat(messages);
    if (!guest) return;
    for (const { id, senderId, read = false } of this.#history.splice(0)) {
      const own = senderId === 'guest';
      guest.messageRestored(id, own, read);
      if (!own && !read) this.receipts.add(id);
    }
    this.tellLearned();
  }

  /**
   * @param {() => void} retry called when more messages may be known
   * @returns {() => void} ends it
   */
  onLearned(retry) {
    this.#learned.add(retry);
    return () => this.#learned.delete(retry);
  }

  tellLearned() {
    for (const retry of this.#learned) retry();
  }

  /** @param {CoreMessage} message */
  #received(message) {
    if (message.from === 'agent' && message.id !== '') this.receipts.add(message.id);
    this.#emit('message', messageOf(message, this.#conversation.id));
    this.tellLearned();
  }

  /**
   * @param {number} key
   * @param {string} id
   * @param {string} [time]
   */
  #confirmed(key, id, time) {
    const text = this.texts.confirmed(key, id, time ?? null);
    const message = messageOf({ id, from: 'guest', text, time }, this.#conversation.id);
    this.#emit('message', { ...message, key });
    this.tellLearned();
  }

  /** @param {string} id */
  #read(id) {
    if (this.receipts.read(id)) this.#emit('messageStatus', { id, status: 'read' });
  }

  /**
   * @param {News} news
   * @param {WebMessagingError} error
   */
  #wentWrong(news, error) {
    switch (news.type) {
      case 'rate_limited':
        this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + news.retry_after_ms);
        this.typing.fail(error);
        return;
      case 'capability_lost':
        if (news.capability === 'receipts') return;
        if (news.capability === 'typing') this.sendsTyping = false;
        this.sendsTypingOff = false;
        this.typing.fail(error);
        return;
      case 'receipt_failed':
        this.receipts.dropped(news.id, error);
        return;
    }
  }
}
