// Owns: what a page tells of its life: hidden, left, back again; and that nothing listens to it while no
// session is under way. Must not know: what is done about it.

/** @import { Page } from './index.js' */

/**
 * @typedef {object} PageListener
 * @property {() => void} hidden perhaps the last that is heard of the page
 * @property {() => void} shown
 * @property {() => void} left the page is being left, perhaps to come back as it is
 * @property {() => void} back it came back, with all that was in it
 */

/** As much of a document as is looked at. */
class Lens extends EventTarget {
  #document;

  /** @param {NonNullable<Page['document']>} document */
  constructor(document) {
    super();
    this.#document = document;
  }

  get hidden() {
    return this.#document.hidden;
  }
}

/** Stands between the page and the machine, which listens to it as long as it lives. */
export class PageLife {
  /** The page as the machine sees it. @type {Page} */
  page;
  #real;
  #listener;
  /** @type {AbortController | null} */
  #listening = null;

  /**
   * @param {Page} page
   * @param {PageListener} listener
   */
  constructor(page, listener) {
    this.#real = page;
    this.#listener = listener;
    this.page = {
      document: page.document && new Lens(page.document),
      window: page.window && new EventTarget(),
    };
  }

  listen() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const { document, window } = this.#real;
    for (const type of ['online', 'offline']) {
      window?.addEventListener(type, () => this.page.window?.dispatchEvent(new Event(type)), { signal });
    }
    window?.addEventListener('pagehide', () => this.#listener.left(), { signal });
    window?.addEventListener(
      'pageshow',
      (event) => {
        if (/** @type {PageTransitionEvent} */ (event).persisted) this.#listener.back();
      },
      { signal },
    );
    document?.addEventListener(
      'visibilitychange',
      () => {
        this.#tellVisibility();
        if (document.hidden) this.#listener.hidden();
        else this.#listener.shown();
      },
      { signal },
    );
    // It may have changed while nobody listened.
    this.#tellVisibility();
  }

  unlisten() {
    this.#listening?.abort();
    this.#listening = null;
  }

  #tellVisibility() {
    this.page.document?.dispatchEvent(new Event('visibilitychange'));
  }
}
