// Owns: what a page tells of its life: hidden, left, back again. Must not know: what is done about it.

/** @import { Page } from './index.js' */

/**
 * @typedef {object} PageListener
 * @property {() => void} hidden perhaps the last that is heard of the page
 * @property {() => void} shown
 * @property {() => void} left the page is being left, perhaps to come back as it is
 * @property {() => void} back it came back, with all that was in it
 */

/**
 * @param {Page} page
 * @param {PageListener} listener
 * @returns {() => void} listens no more
 */
export function listenToPage({ document, window }, listener) {
  const listening = new AbortController();
  const { signal } = listening;
  window?.addEventListener('pagehide', () => listener.left(), { signal });
  window?.addEventListener(
    'pageshow',
    (event) => {
      if (/** @type {PageTransitionEvent} */ (event).persisted) listener.back();
    },
    { signal },
  );
  document?.addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) listener.hidden();
      else listener.shown();
    },
    { signal },
  );
  return () => listening.abort();
}
