// Owns: how the machine's news look to the host: names, shapes, the words of errors.
// Must not know: who listens.

import { contentOf } from './content.js';
import { MessageNotFoundError, NotSupportedError, RateLimitedError, ServerError, WebMessagingError } from './errors.js';

/** @import { CoreMessage, News } from './guest.js' */
/** @import { Message, TypingEvent } from './index.js' */

/**
 * @param {CoreMessage} message
 * @param {string | undefined} conversationId
 * @returns {Message}
 */
export function messageOf(message, conversationId) {
  const own = message.from === 'guest';
  return {
    id: message.id,
    text: message.text,
    senderId: own ? 'guest' : 'agent',
    // The service's words: from the guest in, to the guest out.
    direction: own ? 'inbound' : 'outbound',
    time: message.time ?? null,
    nickname: message.nickname ?? null,
    entity: message.entity ?? null,
    content: (message.content ?? []).map(contentOf),
    conversationId: conversationId ?? null,
  };
}

/**
 * @param {{name: string, has_nickname: boolean}} news
 * @returns {TypingEvent}
 */
export function typingOf({ name, has_nickname }) {
  return { senderId: 'agent', name, hasNickname: has_nickname };
}

/**
 * What went wrong without a promise that could tell it, as an error.
 * @param {News} news
 * @returns {WebMessagingError | null}
 */
export function errorOf(news) {
  switch (news.type) {
    case 'rate_limited':
      return rateLimited(news.retry_after_ms);
    case 'capability_lost':
      return notSupported(news.capability);
    case 'receipt_failed':
      return receiptFailed(news.id, news.code);
    case 'fault':
      return new ServerError(
        typeof news.code === 'number'
          ? `the service answered with code ${news.code}`
          : `the service sent something that should not be (${news.code})`,
        news.code,
      );
    default:
      return null;
  }
}

/** @param {number} ms */
export function rateLimited(ms) {
  const seconds = ms / 1000;
  return new RateLimitedError(
    `too many requests: the service asks for a pause of ${seconds} s; what waits goes out after it by itself`, seconds,
  );
}

/** @param {string} capability */
export function notSupported(capability) {
  switch (capability) {
    case 'typing':
      return new NotSupportedError('the service refused typing indicators: they are off for this session', 'typing');
    case 'typing_off':
      return new NotSupportedError('the service refused the end of typing: from here the indicator ends by time', 'typingOff');
    default:
      return new NotSupportedError('the service refused read receipts: they are off for this session', 'receipts');
  }
}

/**
 * @param {string} messageId
 * @param {number | string} code
 */
function receiptFailed(messageId, code) {
  const error = code === 404
    ? new MessageNotFoundError(`the service does not know the message ${messageId}: its receipt is given up`, { messageId })
    : new ServerError(`the receipt for the message ${messageId} was given up (${code})`, code);
  return error;
}
