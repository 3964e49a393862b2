// Owns: a time that is running out, shown until it has. Must not know: what happens then.

import { left } from './clock.js';
import { setText } from './dom.js';

const STILL = matchMedia('(prefers-reduced-motion: reduce)');
/** How often the number changes, when nothing moves. */
const STILL_MS = 1000;

export class Countdown {
  #number;
  #bar;
  #from = 0;
  #until = 0;
  /** @type {number} */
  #frame = 0;
  #timeout = 0;

  /**
   * @param {HTMLElement} number
   * @param {HTMLElement} [bar]
   */
  constructor(number, bar) {
    this.#number = number;
    this.#bar = bar;
  }

  /** @param {number} until on the clock of `performance.now()` */
  start(until) {
    this.stop();
    this.#from = performance.now();
    this.#until = until;
    this.#draw();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timeout);
    setText(this.#number, '');
    if (this.#bar) this.#bar.style.transform = 'scaleX(0)';
  }

  #draw() {
    const now = performance.now();
    const rest = Math.max(0, this.#until - now);
    setText(this.#number, left(rest));
    const whole = this.#until - this.#from;
    if (this.#bar) this.#bar.style.transform = `scaleX(${whole > 0 ? rest / whole : 0})`;
    if (rest === 0) return;
    if (STILL.matches) this.#timeout = setTimeout(() => this.#draw(), STILL_MS);
    else this.#frame = requestAnimationFrame(() => this.#draw());
  }
}
