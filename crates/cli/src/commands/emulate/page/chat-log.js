// Owns: the bubbles of one conversation: what each one shows, their order, and that the newest stays
// in sight. Must not know: whose side it is seen from, or where messages come from.

import { button, make, setText } from './dom.js';
import { hoursAndMinutes } from './clock.js';

/**
 * @typedef {object} Bubble
 * @property {boolean} own written on this side
 * @property {string} text
 * @property {string} [author]
 * @property {string | number | null} [time]
 * @property {string} [messageId] for whoever looks out for messages on the screen
 * @property {string} [status] a word for the styles
 * @property {string} [mark] a sign before the label
 * @property {string} [label] the status in words
 * @property {[string, () => void][]} [actions] buttons, with their labels
 */

/** @typedef {{item: HTMLElement, bubble: Bubble}} Shown */

/** How far from the end the newest message still counts as in sight, in pixels. */
const NEAR = 48;

export class ChatLog {
  /** @type {Map<string, Shown>} */
  #bubbles = new Map();
  #list;
  #scroll;
  #empty;
  #down = button('New messages ↓', () => {
    this.showEnd();
    this.#scroll.focus();
  });

  /**
   * @param {{list: HTMLElement, scroll: HTMLElement, empty: HTMLElement}} parts
   */
  constructor({ list, scroll, empty }) {
    this.#list = list;
    this.#scroll = scroll;
    this.#empty = empty;
    this.#down.className = 'to-end';
    this.#down.hidden = true;
    scroll.append(this.#down);
    // The pane becomes smaller, as when a keyboard comes up: what was in sight stays there.
    let near = true;
    scroll.addEventListener('scroll', () => {
      near = this.#isNearEnd();
      if (near) this.#down.hidden = true;
    });
    new ResizeObserver(() => {
      if (near) this.#toEnd();
    }).observe(scroll);
  }

  /** @param {string} id */
  has(id) {
    return this.#bubbles.has(id);
  }

  /**
   * Shows a message, or what is new about one that is shown.
   * @param {string} id
   * @param {Partial<Bubble>} news
   */
  put(id, news) {
    const near = this.#isNearEnd();
    let shown = this.#bubbles.get(id);
    if (!shown) {
      const bubble = { own: false, text: '' };
      const parts = [make('span', { class: 'hidden' }), make('p', { class: 'text' }), make('div', { class: 'meta' })];
      shown = { item: make('li', {}, ...parts), bubble };
      this.#bubbles.set(id, shown);
      Object.assign(bubble, news);
      fill(shown);
      this.#append(shown.item);
      this.#down.hidden = near;
    } else {
      Object.assign(shown.bubble, news);
      fill(shown);
    }
    if (near) this.#toEnd();
  }

  /** Whoever has written something wants to see it, wherever they were reading. */
  showEnd() {
    this.#toEnd();
  }

  /**
   * The same bubble under another id; if that one is shown already, it stays instead.
   * @param {string} from
   * @param {string} to
   */
  rename(from, to) {
    const shown = this.#bubbles.get(from);
    if (!shown || from === to) return;
    if (this.#bubbles.has(to)) {
      this.remove(from);
      return;
    }
    this.#bubbles.delete(from);
    this.#bubbles.set(to, shown);
  }

  /**
   * Puts messages in order, before all others.
   * @param {string[]} ids oldest first
   */
  arrange(ids) {
    let next = this.#list.firstElementChild;
    for (const id of ids) {
      const item = this.#bubbles.get(id)?.item;
      if (!item) continue;
      // Who stands right is left alone.
      if (item === next) next = item.nextElementSibling;
      else this.#list.insertBefore(item, next);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.#bubbles.get(id)?.item.remove();
    this.#bubbles.delete(id);
    this.#empty.hidden = this.#list.childElementCount > 0;
  }

  /**
   * A line that is nobody's.
   * @param {string} text
   */
  notice(text) {
    const near = this.#isNearEnd();
    this.#append(make('li', { class: 'notice' }, text));
    if (near) this.#toEnd();
  }

  clear() {
    this.#bubbles.clear();
    this.#list.replaceChildren();
    this.#down.hidden = true;
    this.#empty.hidden = false;
  }

  /** @param {HTMLElement} item */
  #append(item) {
    this.#list.append(item);
    this.#empty.hidden = true;
  }

  #isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #toEnd() {
    this.#down.hidden = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}

/** @param {Shown} shown */
function fill({ item, bubble }) {
  const { own, text, author, time, messageId, status = '', mark = '', label, actions = [] } = bubble;
  const [speaker, body, meta] = /** @type {HTMLCollectionOf<HTMLElement>} */ (item.children);
  if (!speaker || !body || !meta) return;
  item.className = own ? 'bubble own' : 'bubble';
  item.dataset.status = status;
  if (messageId !== undefined) item.dataset.messageId = messageId;
  // Which side of the page it stands on is seen, but not heard.
  setText(speaker, own ? 'You:' : `${author ?? 'They'}:`);
  setText(body, text);
  const who = [author, hoursAndMinutes(time)].filter(Boolean).join(', ');
  // A button that has the focus stays where it is, if nothing about it changed.
  const now = JSON.stringify([who, mark, label, actions.map(([name]) => name)]);
  if (meta.dataset.now === now) return;
  meta.dataset.now = now;
  meta.replaceChildren();
  if (who) meta.append(make('span', {}, who));
  if (label) meta.append(make('span', { class: 'status', 'data-mark': mark }, label));
  for (const [name, pressed] of actions) {
    const action = button(name, pressed);
    action.setAttribute('aria-label', `${name}: ${text.slice(0, 40)}`);
    meta.append(action);
  }
}
