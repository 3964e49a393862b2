// Owns: the list from which the agent picks a conversation, when there are several.
// Must not know: what is in a conversation.

import { button, make } from './dom.js';

export class SessionList {
  /** The conversation of the guest on this page. @type {string | null} */
  mine = null;
  #element;
  #picked;
  /** Messages that the agent has had before the eyes, by conversation. @type {Map<string, number>} */
  #seen = new Map();
  #shown = '';

  /**
   * @param {HTMLElement} element
   * @param {(id: string) => void} picked
   */
  constructor(element, picked) {
    this.#element = element;
    this.#picked = picked;
  }

  /**
   * @param {any[]} sessions
   * @param {string | null} selected
   */
  show(sessions, selected) {
    // The own guest first: it is looked for most.
    const ordered = [...sessions].sort((a, b) => Number(b.conversation_id === this.mine) - Number(a.conversation_id === this.mine));
    const items = ordered.map((session) => {
      const { conversation_id: id, state, messages, guest_typing: typing } = session;
      if (id === selected) this.#seen.set(id, messages.length);
      const unread = messages.length > (this.#seen.get(id) ?? 0);
      const name = id === this.mine ? 'This page' : `Guest ${id.slice(0, 4)}`;
      return { id, name, over: state !== 'open', typing: typing && id !== selected, unread, chosen: id === selected };
    });
    this.#element.hidden = items.length < 2;
    // Made anew only when something changed, so that the focus stays.
    const shown = JSON.stringify(items);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = [...this.#element.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.#element.replaceChildren(...items.map((item) => this.#item(item)));
    /** @type {HTMLElement | undefined} */ (this.#element.children[focused])?.focus();
  }

  /** @param {{id: string, name: string, over: boolean, typing: boolean, unread: boolean, chosen: boolean}} item */
  #item({ id, name, over, typing, unread, chosen }) {
    const item = button(name, () => this.#picked(id));
    item.setAttribute('aria-pressed', String(chosen));
    if (over) item.append(make('span', { class: 'over' }, 'ended'));
    if (typing) item.append(make('span', { class: 'over' }, 'typing…'));
    if (unread) item.append(make('span', { class: 'new', role: 'img', 'aria-label': 'new messages' }));
    return item;
  }
}
