// Owns: how times are written. Must not know: what happened then.

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/**
 * @param {string | number | null | undefined} time as the service writes it, or in Unix milliseconds
 * @returns {string} hours and minutes; nothing for what is no time
 */
export function hoursAndMinutes(time) {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : TIME.format(date);
}

/**
 * @param {number} ms since the page was opened
 * @returns {string} as `12.345`, in seconds
 */
export function seconds(ms) {
  return (ms / 1000).toFixed(3);
}

/**
 * @param {number} ms from now
 * @returns {string} as `1.4 s`
 */
export function left(ms) {
  return ms >= 10_000 ? `${Math.ceil(ms / 1000)} s` : `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`;
}
