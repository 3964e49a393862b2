// Owns: the agent's and the faults' HTTP calls. Must not know: who makes them, and what is shown.

/** The service refused a call, or could not be reached. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0: not reached
   * @param {number} retryAfter in seconds
   */
  constructor(message, status, retryAfter = 0) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** @returns {Promise<any[]>} */
export const sessions = () => call('GET', '/agent/sessions');

/** @param {string} id */
export const session = (id) => call('GET', of(id));

/**
 * @param {string} id
 * @param {string} text
 * @param {string} nickname
 */
export const sendText = (id, text, nickname) => call('POST', `${of(id)}/messages`, { text, nickname });

/**
 * @param {string} id
 * @param {boolean} on
 * @param {string} nickname
 */
export const sendTyping = (id, on, nickname) =>
  call('POST', `${of(id)}/typing`, { type: on ? 'On' : 'Off', nickname });

/**
 * @param {string} id
 * @param {boolean} readOnly
 */
export const endConversation = (id, readOnly) => call('POST', `${of(id)}/end`, { read_only: readOnly });

/** @returns {Promise<any[]>} */
export const faults = () => call('GET', '/faults');

/**
 * @param {object} fault
 * @returns {Promise<{id?: number}>}
 */
export const addFault = (fault) => call('POST', '/faults', fault);

/** @param {number} id */
export const clearFault = (id) => call('DELETE', `/faults/${id}`);

export const clearFaults = () => call('DELETE', '/faults');

/** @param {string} id */
const of = (id) => `/agent/sessions/${encodeURIComponent(id)}`;

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, { method, body: body && JSON.stringify(body) });
  } catch {
    throw new ApiError('the service cannot be reached', 0);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  const message = answer?.message ?? `the service answered ${response.status}`;
  throw new ApiError(message, response.status, Number(response.headers.get('retry-after') ?? 0));
}
