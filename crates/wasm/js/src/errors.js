// Owns: every error that this package gives to its host, and their codes.
// Must not know: when one is given.

/** @import { ErrorCode } from './index.js' */

/** What all errors of this package have in common: a `code` to branch on. */
export class WebMessagingError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {{cause?: unknown, key?: number}} [more]
   */
  constructor(code, message, { cause, key } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    /** The text that it is about, for `retry` and `discard`. @type {number | undefined} */
    this.key = key;
  }
}

/** The token is missing, refused (401), or the session is over by time: get a new one. */
export class AuthenticationError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {{cause?: unknown, code?: 'AUTHENTICATION_FAILED' | 'SESSION_EXPIRED'}} [more]
   */
  constructor(message, { cause, code = 'AUTHENTICATION_FAILED' } = {}) {
    super(code, message, { cause });
    this.status = 401;
  }
}

/** Not possible while the client is in this state. */
export class InvalidStateError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {{cause?: unknown, key?: number}} [more]
   */
  constructor(message, more) {
    super('INVALID_STATE', message, more);
  }
}

/** The caller passed something that makes no sense. */
export class InvalidArgumentError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {{cause?: unknown}} [more]
   */
  constructor(message, more) {
    super('INVALID_ARGUMENT', message, more);
  }
}

/** No such message in this conversation. */
export class MessageNotFoundError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {{messageId?: string, key?: number, cause?: unknown}} [more]
   */
  constructor(message, { messageId, key, cause } = {}) {
    super('MESSAGE_NOT_FOUND', message, { key, cause });
    this.messageId = messageId;
  }
}

/** The service asked for a pause. */
export class RateLimitedError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {number} retryAfter in seconds, as in the service's own answer and in HTTP's `Retry-After`
   */
  constructor(message, retryAfter) {
    super('RATE_LIMITED', message);
    this.retryAfter = retryAfter;
  }
}

/** The service cannot be reached, or the connection was lost. */
export class NetworkError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {{cause?: unknown, status?: number}} [more]
   */
  constructor(message, { cause, status } = {}) {
    super('NETWORK', message, { cause });
    /** The HTTP status, where there was one. @type {number | undefined} */
    this.status = status;
  }
}

/** A text is longer than the service takes. */
export class MessageTooLongError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {{cause?: unknown, key?: number}} [more]
   */
  constructor(message, more) {
    super('MESSAGE_TOO_LONG', message, more);
  }
}

/** What became of a text that was not confirmed. */
export class MessageError extends WebMessagingError {
  /**
   * @param {'MESSAGE_FAILED' | 'MESSAGE_UNCONFIRMED' | 'MESSAGE_QUEUED' | 'MESSAGE_DISCARDED'} code
   * @param {string} message
   * @param {{key: number, status?: number, reason?: string, cause?: unknown}} more
   */
  constructor(code, message, { key, status, reason, cause }) {
    super(code, message, { key, cause });
    /** The service's code, where it gave one. @type {number | undefined} */
    this.status = status;
    /** What happened here, where it was not the service. @type {string | undefined} */
    this.reason = reason;
  }
}

/** The service refused a feature; it is off for the rest of the session. */
export class NotSupportedError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {string} capability
   */
  constructor(message, capability) {
    super('NOT_SUPPORTED', message);
    this.capability = capability;
  }
}

/** The service answered something that belongs to no call. */
export class ServerError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {number | string} status the service's code, or what was wrong with its answer
   */
  constructor(message, status) {
    super('SERVER_ERROR', message);
    this.status = status;
  }
}

/** The service closed the connection for good. */
export class ConnectionClosedError extends WebMessagingError {
  /**
   * @param {string} message
   * @param {string} reason
   */
  constructor(message, reason) {
    super('CONNECTION_CLOSED', message);
    this.reason = reason;
  }
}

/**
 * The machine's refusal of a call, as an error of this package.
 * @param {unknown} refusal what it threw
 * @param {{messageId?: string, key?: number}} [of] what the call was about
 * @returns {WebMessagingError}
 */
export function ofRefusal(refusal, of = {}) {
  const cause = /** @type {{code?: string, message?: string}} */ (refusal);
  const message = cause?.message ?? String(refusal);
  switch (cause?.code) {
    case 'invalid_state':
    case 'freed':
      return new InvalidStateError(message, { cause, key: of.key });
    case 'unknown_message':
    case 'unknown_key':
      return new MessageNotFoundError(message, { cause, ...of });
    case 'message_too_long':
      return new MessageTooLongError(message, { cause });
    case 'outbox_full':
      return new WebMessagingError('QUEUE_FULL', message, { cause });
    default:
      return new InvalidArgumentError(message, { cause });
  }
}

/**
 * Whatever was thrown, as an error of this package.
 * @param {unknown} thrown
 * @returns {WebMessagingError}
 */
export function ofThrown(thrown) {
  return thrown instanceof WebMessagingError ? thrown : new InvalidArgumentError(String(thrown), { cause: thrown });
}
