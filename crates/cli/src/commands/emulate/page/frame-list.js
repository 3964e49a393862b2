// Owns: the list of frames: one line for each, its JSON on demand, and how many are kept.
// Must not know: who sends frames.

import { seconds } from './clock.js';
import { make } from './dom.js';
import { words } from './frame-words.js';

/** More than anyone scrolls back to. */
const KEPT = 400;
/** How far from the end the newest line still counts as in sight, in pixels. */
const NEAR = 32;

export class FrameList {
  #list;
  #scroll;
  #empty;

  /**
   * @param {{list: HTMLElement, scroll: HTMLElement, empty: HTMLElement}} parts
   */
  constructor({ list, scroll, empty }) {
    this.#list = list;
    this.#scroll = scroll;
    this.#empty = empty;
  }

  /**
   * @param {'sent' | 'received'} way
   * @param {unknown} frame
   * @param {number} at
   * @param {number} transport
   */
  frame(way, frame, at, transport) {
    const [kind, rest] = words(frame);
    const details = make('details', {},
      make('summary', {},
        make('time', {}, seconds(at)),
        make('span', { class: 'way', role: 'img', 'aria-label': way }, way === 'sent' ? '↑' : '↓'),
        make('span', { class: 'what' },
          make('span', { class: 'kind' }, kind), make('span', { class: 'rest' }, rest && ` ${rest}`)),
        make('span', { class: 'on' }, `#${transport}`)));
    // Most are never looked into.
    details.addEventListener('toggle', () => {
      if (details.childElementCount > 1) return;
      details.append(make('pre', { tabindex: '0' }, JSON.stringify(frame, null, 2)));
    });
    this.#add(make('li', { class: 'frame', 'data-way': way }, details));
  }

  /**
   * What became of a connection.
   * @param {string} text
   * @param {number} at
   */
  link(text, at) {
    this.#add(make('li', { class: 'link' }, make('time', {}, seconds(at)), text));
  }

  clear() {
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }

  /** @param {HTMLElement} item */
  #add(item) {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#list.append(item);
    if (this.#list.childElementCount > KEPT) this.#list.firstElementChild?.remove();
    this.#empty.hidden = true;
    if (near) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}
