// Owns: the guest's machine made visible: its phase, its timer, what it believes of typing, and its
// frames. Must not know: what the guest's pane shows.

import { Countdown } from './countdown.js';
import { byId, make, setText } from './dom.js';
import { FrameList } from './frame-list.js';

/** @import { WebMessagingClient } from '/client/src/index.js' */

const PHASES = ['idle', 'connecting', 'configuring', 'ready', 'read_only', 'backoff', 'closing', 'closed', 'failed'];

/** Before there is a machine, and after it was let go. */
const NOTHING = { phase: 'idle', typing: false, typingShown: false, timer: null };

/** What each of the machine's timers is for. */
const TIMERS = /** @type {Record<string, string>} */ ({
  dial: 'the dial takes too long',
  configure: 'no answer to configure',
  close: 'no end of the closing',
  backoff: 'the next try to connect',
  give_up: 'the end of all tries',
  rate_limit: 'the pause that the service asked for',
  text_confirmation: 'no echo of a text',
  text_retry: 'a text again',
  health_check: 'the next health check',
  health_check_answer: 'no answer to the health check',
  budget: 'room in the budget again',
  typing: 'the guest\u2019s own indicator',
  peer_typing: 'the agent\u2019s indicator expires',
  dwell: 'a message seen for long enough',
});

export class MachineView {
  #phases = new Map(PHASES.map((phase) => [phase, make('li', {}, phase.replace('_', '-'))]));
  #wanted = byId('typing-wanted');
  #shown = byId('typing-shown');
  #timerName = byId('timer-name');
  #timerUse = byId('timer-use');
  #countdown = new Countdown(byId('timer-left'), byId('timer-bar'));
  #frames = new FrameList({ list: byId('frames'), scroll: byId('frames-scroll'), empty: byId('frames-empty') });
  /** @type {WebMessagingClient | null} */
  #client = null;
  /** The timer that is shown. */
  #armed = '-';

  constructor() {
    byId('phases').append(...this.#phases.values());
    byId('frames-clear').addEventListener('click', () => this.#frames.clear());
    this.#look();
  }

  /**
   * From here on this client's machine is shown.
   * @param {WebMessagingClient} client
   */
  watch(client) {
    this.#client = client;
    client.on('frame', ({ direction, transport, at, frame }) => {
      this.#frames.frame(direction, frame, at, transport);
      this.#look();
    });
    client.on('transport', ({ what, transport, at, detail }) => {
      const code = what === 'closed' && typeof detail === 'number' ? ` with code ${detail}` : '';
      this.#frames.link(`#${transport} ${what}${code}`, at);
      this.#look();
    });
    client.on('timer', () => this.#look());
    client.on('connectionStateChange', () => this.#look());
    this.#look();
  }

  #look() {
    const { phase, typing, typingShown, timer } = this.#client?.inspect() ?? NOTHING;
    for (const [name, item] of this.#phases) {
      if (name === phase) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
    }
    yesOrNo(this.#wanted, typing);
    yesOrNo(this.#shown, typingShown);
    this.#showTimer(timer);
  }

  /** @param {{at: number, timer: string} | null} timer */
  #showTimer(timer) {
    const armed = timer ? `${timer.timer} ${timer.at}` : '';
    if (armed === this.#armed) return;
    this.#armed = armed;
    setText(this.#timerName, timer ? timer.timer.replaceAll('_', ' ') : 'none');
    setText(this.#timerUse, timer ? TIMERS[timer.timer] ?? '' : '');
    if (timer) this.#countdown.start(timer.at);
    else this.#countdown.stop();
  }
}

/**
 * @param {HTMLElement} element
 * @param {boolean} yes
 */
function yesOrNo(element, yes) {
  setText(element, yes ? 'yes' : 'no');
  element.dataset.on = String(yes);
}
