// Owns: what of a frame may be shown: its shape, and the values of members that are known to be
// harmless. Must not know: where it is shown.

/** Words and ids of the protocol. Everything else, known or not, may hold what somebody wrote. */
const SHOWN = new Set([
  'action', 'type', 'class', 'tracingId', 'id', 'messageId', 'originatingMessageId', 'deploymentId', 'direction',
  'status', 'eventType', 'contentType', 'mediaType', 'originatingEntity', 'time', 'timestamp', 'reason', 'reasonCode',
  'readOnly', 'correlationId', 'customMessageId',
]);
const SHOWN_NUMBERS = new Set([
  'code', 'errorCode', 'duration', 'durationMs', 'durationSeconds', 'expirationDate', 'retryAfter', 'exp',
  'maxCustomDataBytes', 'maxFileSizeKB', 'fileSize',
]);
/** What such a value looks like; a sentence does not. */
const WORD = /^[\w.:+=-]{1,64}$/;

/**
 * A frame without its secrets: the token and all that people wrote are replaced by their length.
 * @param {string} text the frame as it is on the wire
 * @param {string} [secret] a token that must not be shown wherever it stands
 * @returns {unknown}
 */
export function maskedFrame(text, secret) {
  try {
    return masked(JSON.parse(text), '', secret);
  } catch {
    return hidden(text);
  }
}

/**
 * @param {unknown} value
 * @param {string} name of the member that it is
 * @param {string | undefined} secret
 * @returns {unknown}
 */
function masked(value, name, secret) {
  switch (typeof value) {
    case 'string': {
      const harmless = SHOWN.has(name) && WORD.test(value) && !(secret && value.includes(secret));
      return harmless ? value : hidden(value);
    }
    case 'number':
      return SHOWN_NUMBERS.has(name) ? value : '[number]';
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((element) => masked(element, name, secret));
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      // The host's own data, under names of its own.
      const known = name === 'customAttributes' ? '' : member;
      return [member, masked(inner, known, secret)];
    }),
  );
}

/** @param {string} text */
function hidden(text) {
  return `[${text.length} characters]`;
}
