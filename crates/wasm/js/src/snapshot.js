// Owns: the form of a snapshot: the machine's own, and what this package knows besides.
// Must not know: what is in either.

const VERSION = 1;

/** @typedef {{unread: string[], statuses: Record<string, import('./index.js').TextStatus>}} Extra */

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
    const { version, machine, unread, statuses } = JSON.parse(text);
    const fits = version === VERSION && typeof machine === 'string' && Array.isArray(unread);
    if (fits) return { machine, extra: { unread, statuses: statuses ?? {} } };
  } catch {
    // As any other text that is none.
  }
  return { machine: '', extra: { unread: [], statuses: {} } };
}
