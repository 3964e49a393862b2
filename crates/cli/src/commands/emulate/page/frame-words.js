// Owns: what a frame is called, in few words. Must not know: where frames are shown.

/** @typedef {[kind: string, rest: string]} Words what it is, and what more there is to say */

/**
 * @param {any} frame
 * @returns {Words}
 */
export function words(frame) {
  if (frame === null || typeof frame !== 'object') return ['no frame', ''];
  return 'action' in frame ? ofGuest(frame) : ofService(frame);
}

/**
 * @param {any} frame
 * @returns {Words}
 */
function ofGuest({ action, startNew, message }) {
  switch (action) {
    case 'configureSession':
      return ['configureSession', startNew ? 'start new' : ''];
    case 'onMessage':
      return body(message);
    default:
      return [String(action), ''];
  }
}

/**
 * @param {any} frame
 * @returns {Words}
 */
function ofService({ class: kind, code, body: inner }) {
  if (kind === 'StructuredMessage') {
    const [name, rest] = body(inner);
    return [name, [inner?.direction === 'Inbound' ? 'echo' : 'of the agent', rest].filter(Boolean).join(', ')];
  }
  const number = code === undefined || code === 200 ? '' : String(code);
  if (kind === 'string') return ['answer', [number, shown(inner)].filter(Boolean).join(' ')];
  return [kind ?? 'no class', [number, details(kind, inner)].filter(Boolean).join(' ')];
}

/**
 * @param {any} message
 * @returns {Words}
 */
function body(message) {
  const { type, events, status, text } = message ?? {};
  switch (type) {
    case 'Event':
      return (events ?? []).map(event)[0] ?? ['Event', ''];
    case 'Receipt':
      return ['Receipt', shown(status)];
    default:
      return [shown(type) || 'message', shown(text)];
  }
}

/**
 * @param {any} event
 * @returns {Words}
 */
function event({ eventType, typing, presence }) {
  return [shown(eventType) || 'Event', shown(typing?.type ?? presence?.type)];
}

/**
 * @param {string} kind
 * @param {any} inner
 */
function details(kind, inner) {
  if (kind === 'SessionResponse') {
    const { connected, newSession, readOnly } = inner ?? {};
    if (!connected) return 'not connected';
    return [newSession ? 'new session' : 'resumed', readOnly ? 'read-only' : ''].filter(Boolean).join(', ');
  }
  if (kind === 'TooManyRequestsErrorMessage') return `retry after ${inner?.retryAfter} s`;
  return '';
}

/**
 * Words of the protocol as they are; what people wrote comes as `[5 characters]`.
 * @param {unknown} value
 */
function shown(value) {
  return typeof value === 'string' ? value.replace(/^\[(.*)\]$/, '$1') : '';
}
