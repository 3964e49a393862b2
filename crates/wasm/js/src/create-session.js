// Owns: the step before a guest connects: asking the host's own backend for a token.
// Must not know: what is done with it.

import { AuthenticationError, InvalidArgumentError, NetworkError, RateLimitedError } from './errors.js';

/** @import { CreateSessionOptions, Session } from './index.js' */

/** How long to wait after a 429 that does not say it, in seconds. */
const DEFAULT_RETRY_AFTER = 5;

/**
 * Asks a backend to start a conversation, or for a further token of one.
 * @param {CreateSessionOptions} options
 * @returns {Promise<Session>}
 */
export async function createSession(options) {
  const { url, deploymentId, conversationId, headers, signal } = options ?? {};
  if (!url) throw new InvalidArgumentError('createSession needs the url of your backend\'s session step');
  const ask = options.fetch ?? globalThis.fetch;
  const body = JSON.stringify({ deploymentId, conversationId });
  let response;
  try {
    response = await ask(String(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
      signal,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new NetworkError('the session could not be created: the backend cannot be reached', { cause });
  }
  if (!response.ok) throw refused(response);
  return sessionOf(await response.json().catch(() => undefined), response.status, options);
}

/** @param {Response} response */
function refused(response) {
  const { status } = response;
  const message = `the session could not be created: the backend answered ${status}`;
  if (status === 401 || status === 403) return new AuthenticationError(message);
  if (status !== 429) return new NetworkError(message, { status });
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return new RateLimitedError(message, Number.isNaN(seconds) ? DEFAULT_RETRY_AFTER : seconds);
}

/**
 * @param {any} answer
 * @param {number} status
 * @param {CreateSessionOptions} asked what a backend need not repeat
 * @returns {Session}
 */
function sessionOf(answer, status, asked) {
  const { guestToken, conversationId = asked.conversationId, deploymentId = asked.deploymentId } = answer ?? {};
  if (typeof guestToken !== 'string' || guestToken === '') {
    const message = 'the session could not be created: the backend\'s answer has no guestToken';
    throw new NetworkError(message, { status });
  }
  return { ...answer, guestToken, conversationId, deploymentId };
}
