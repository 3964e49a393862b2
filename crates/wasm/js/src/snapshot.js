// Owns: the form of a snapshot: the machine's own, and what this package knows besides.
// Must not know: what is in either.

const VERSION = 1;

/**
 * @typedef {object} Extra
 * @property {string[]} unread
 * @property {Record<string, import('./index.js').TextStatus>} statuses
 * @property {number[]} discarded keys of texts that the machine's snapshot still holds
 */

/** @type {Extra} */
export const NO_EXTRA = { unread: [], statuses: {}, discarded: [] };

/**
 * @param {string} machine
 * @param {Extra} extra
 * @returns {string}
 */
export function writeSnapshot(machine, extra) {
  return JSON.stringify({ version: VERSION, machine, ...extra });
}

/**
 * @param {string} text
 * @returns {{machine: string, extra: Extra}} what cannot be read is for the machine to refuse
 */
export function readSnapshot(text) {
  try {
    const { version, machine, unread, statuses = {}, discarded = [] } = JSON.parse(text);
    const fits = version === VERSION && typeof machine === 'string' && Array.isArray(unread) && Array.isArray(discarded);
    if (fits) return { machine, extra: { unread, statuses, discarded } };
  } catch {
    // As any other text that is none.
  }
  return { machine: '', extra: NO_EXTRA };
}

/**
 * The same snapshot, for a machine that forgets this text.
 * @param {string} text
 * @param {number} key
 */
export function withoutText(text, key) {
  const { machine, extra } = readSnapshot(text);
  return writeSnapshot(machine, { ...extra, discarded: [...extra.discarded, key] });
}
