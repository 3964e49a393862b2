// Owns: the words and classes of errors for what can end, or interrupt, a connection.
// Must not know: what is done about it.

import { AuthenticationError, ConnectionClosedError, NetworkError, ServerError } from './errors.js';

/** A browser tells nobody why a dial failed, not even a 403. */
export function unreachable() {
  return new NetworkError(
    'the service cannot be reached: check the network, the deploymentId, and the allowed domains of the deployment ' +
      '(a page cannot see which of them it is)',
  );
}

export function lost() {
  return new NetworkError('the connection is lost; the client reconnects by itself');
}

export function missingToken() {
  return new AuthenticationError('the guestToken is missing: create a session on your backend first');
}

/**
 * The service has kept us waiting for too long.
 * @param {number | string | null} fault what it said last that should not be
 */
export function kept(fault) {
  const because = fault === null ? '' : ` (it answered ${fault})`;
  return new NetworkError(`the session was not accepted in time${because}: connect() tries again`);
}

/**
 * A session that failed.
 * @param {string | undefined} reason the machine's
 * @param {number | string | null} fault what the service said last that should not be
 */
export function failed(reason, fault) {
  switch (reason) {
    case 'authentication_failed':
      return new AuthenticationError('the guestToken is invalid or expired (401): create a new session on your backend');
    case 'session_expired':
      return new AuthenticationError('the session is over by time: create a new session on your backend', {
        code: 'SESSION_EXPIRED',
      });
    case 'configure_refused':
      return new ServerError(
        `the service refused the session with code ${fault}: check the deploymentId`,
        fault ?? 'unknown',
      );
    case 'access_denied':
      return new NetworkError('access is denied: check the deploymentId and the allowed domains of the deployment');
    default:
      return new NetworkError('the connection is lost, and reconnecting took too long: connect() tries again');
  }
}

/**
 * A connection that the service closed for good.
 * @param {string} reason
 */
export function closed(reason) {
  const because = BECAUSE[/** @type {keyof BECAUSE} */ (reason)] ?? reason;
  return new ConnectionClosedError(`the service closed the connection: ${because}`, reason);
}

const BECAUSE = Object.freeze({
  by_server: 'the session is over',
  session_limit: 'another tab or device took over',
  signed_in: 'the guest signed in elsewhere',
  logout: 'the guest logged out elsewhere',
  conversation_cleared: 'the conversation was wiped',
});
