// Owns: what the arguments of a client's calls must be, and the words for those that are not. Nothing
// unchecked reaches the state machine, which can't tell a string from what is none.
// Must not know: what is done with them.

import { InvalidArgumentError } from './errors.js';

/** @import * as Api from './index.js' */

/**
 * @param {Api.TypingRequest} request
 * @returns {{type: 'typing' | 'stopTyping', conversationId: unknown}}
 */
export function typingRequest(request) {
  const { type, conversationId } = request ?? {};
  if (type !== 'typing' && type !== 'stopTyping') {
    throw new InvalidArgumentError('the type of a typing indicator is \'typing\' or \'stopTyping\', nothing else');
  }
  return { type, conversationId };
}

/**
 * @param {Api.ReceiptRequest} request
 * @returns {{messageId: string, conversationId: unknown}}
 */
export function receiptRequest(request) {
  const { messageId, conversationId } = request ?? {};
  if (!isText(messageId)) throw new InvalidArgumentError('a read receipt needs a messageId: the id of a message event');
  return { messageId, conversationId };
}

/**
 * @param {Api.TextRequest} request
 * @returns {{text: string, conversationId: unknown, attributes: string | undefined}} the attributes as JSON
 */
export function textRequest(request) {
  const { text, conversationId, attributes } = request ?? {};
  if (!isText(text)) throw new InvalidArgumentError('a message needs a text that is not empty');
  return { text, conversationId, attributes: attributes === undefined ? undefined : json(attributes) };
}

/**
 * @param {unknown} key
 * @returns {number}
 */
export function textKey(key) {
  if (typeof key !== 'number') throw new InvalidArgumentError('the key of a text is a number: that of its messageStatus events');
  return key;
}

/**
 * @param {unknown} guestToken
 * @returns {string}
 */
export function newToken(guestToken) {
  if (!isText(guestToken)) throw new InvalidArgumentError('renew needs a guestToken that is not empty');
  return guestToken;
}

/**
 * @param {Api.KnownMessage[]} messages
 * @returns {Api.KnownMessage[]} those that can be read; what has no id, as some events, cannot
 */
export function knownMessages(messages) {
  if (!Array.isArray(messages) || !messages.every((message) => typeof message?.id === 'string')) {
    throw new InvalidArgumentError('restoreMessages needs an array of {id, senderId, read}');
  }
  return messages.filter(({ id }) => id !== '');
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isText(value) {
  return typeof value === 'string' && value !== '';
}

/** @param {unknown} attributes */
function json(attributes) {
  try {
    const written = JSON.stringify(attributes);
    if (written !== undefined) return written;
  } catch {
    // Told below, without what is in them.
  }
  throw new InvalidArgumentError('attributes must be an object of strings');
}
