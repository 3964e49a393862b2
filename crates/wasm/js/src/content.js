// Owns: how structured content looks to the host. Must not know: the message around it.

/** @import { Content } from './index.js' */

/** The types whose members are told; of any other, the element as it was written. */
const KNOWN = ['attachment', 'quickReply', 'buttonResponse', 'card', 'carousel', 'datePicker'];

/**
 * `{"contentType": "QuickReply", "quickReply": {..}}` becomes `{type: 'quickReply', ..}`.
 * @param {any} element as the service wrote it
 * @returns {Content}
 */
export function contentOf(element) {
  const { contentType } = Object(element);
  const type = typeof contentType === 'string' && contentType !== '' ? /** @type {string} */ (word(contentType)) : 'unknown';
  const payload = KNOWN.includes(type) ? element[type] : null;
  if (!isObject(payload)) return { type, raw: element };
  return { ...members(payload), type };
}

/**
 * A `type` in here is of a part, and not of the content.
 * @param {object} payload
 * @returns {object}
 */
function members(payload) {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => {
    if (name === 'type') return ['kind', word(value)];
    if (name === 'mediaType') return [name, word(value)];
    if (Array.isArray(value)) return [name, value.map((part) => (isObject(part) ? members(part) : part))];
    return [name, isObject(value) ? members(value) : value];
  }));
}

/**
 * A word of the service's schema, `ListPicker`, as a word here, `listPicker`.
 * @template T
 * @param {T} value
 * @returns {T | string}
 */
function word(value) {
  return typeof value === 'string' ? value.charAt(0).toLowerCase() + value.slice(1) : value;
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
