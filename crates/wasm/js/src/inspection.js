// Owns: what is shown of the machine to whoever looks inside: frames, timers, sockets; without token and
// texts. Must not know: what it means.

import { maskedFrame } from './masking.js';

/** @import { Emitter } from './emitter.js' */
/** @import { Guest, Host } from './guest.js' */
/** @import { Clock, Inspection as Seen, TimerEvent } from './index.js' */
/** @import { Log } from './log.js' */

/** Its events are made only while somebody listens, and are too many for a reader of all events. */
export const INSPECTION_EVENTS = /** @type {const} */ (['frame', 'timer', 'transport']);

export class Inspection {
  #emitter;
  #clock;
  #log;
  #token;

  /**
   * @param {Emitter} emitter
   * @param {Clock} clock
   * @param {Log} log
   * @param {() => string} token
   */
  constructor(emitter, clock, log, token) {
    this.#emitter = emitter;
    this.#clock = clock;
    this.#log = log;
    this.#token = token;
  }

  /** Who hears of frames, if anybody does. @returns {Host['frame']} */
  get frame() {
    return this.#log.isOn || this.#emitter.has('frame') ? this.#frame : undefined;
  }

  /** @returns {Host['timer']} */
  get timer() {
    return this.#emitter.has('timer') ? this.#timer : undefined;
  }

  /**
   * @param {'dialing' | 'open' | 'closed'} what
   * @param {number} transport
   * @param {unknown} [detail]
   */
  transport(what, transport, detail) {
    this.#log.transport(what, transport, detail);
    if (this.#emitter.has('transport')) {
      this.#emitter.emit('transport', { what, transport, at: this.#clock.now(), detail });
    }
  }

  /**
   * @param {Guest} guest
   * @returns {Seen}
   */
  look(guest) {
    const { phase, typing, typingShown } = guest;
    return { phase, typing, typingShown, timer: this.#timerOf(guest.deadline()) };
  }

  /** @type {(direction: 'sent' | 'received', text: string, transport: number) => void} */
  #frame = (direction, text, transport) => {
    const token = this.#token();
    this.#log.frame(direction, text, transport, token);
    if (this.#emitter.has('frame')) {
      const frame = maskedFrame(text, token);
      this.#emitter.emit('frame', { direction, transport, at: this.#clock.now(), frame });
    }
  };

  /** @type {(json: string | undefined) => void} */
  #timer = (json) => this.#emitter.emit('timer', this.#timerOf(json));

  /**
   * @param {string | undefined} json
   * @returns {TimerEvent | null}
   */
  #timerOf(json) {
    if (json === undefined) return null;
    const { at_ms: at, timer } = JSON.parse(json);
    return { at, timer, inMs: Math.max(0, at - this.#clock.now()) };
  }
}
