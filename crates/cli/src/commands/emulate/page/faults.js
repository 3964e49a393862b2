// Owns: the buttons that make the service fail, and the list of what is in force.
// Must not know: how the guest takes it.

import { addFault, clearFault, clearFaults, faults } from './agent-api.js';
import { button, byId, make } from './dom.js';

const HELD_MS = 15_000;
/** How often the list is asked for while something is in force and seen. */
const LOOK_MS = 1000;

/**
 * @typedef {object} Trouble
 * @property {string} label
 * @property {string} title
 * @property {object[]} faults one after the other
 * @property {boolean} [held] cleared after 15 s
 */

/** @type {Trouble[]} */
const TROUBLES = [
  { label: 'Drop the connection', title: 'It is gone, without a close frame', faults: [{ fault: 'drop' }] },
  {
    label: 'Down for 15 s', title: 'The connection is gone, and every upgrade is answered 503', held: true,
    faults: [{ fault: 'refuse_upgrade', status: 503 }, { fault: 'drop' }],
  },
  { label: 'Mute for 15 s', title: 'Open, but nothing is read or answered', held: true, faults: [{ fault: 'mute' }] },
  {
    label: 'Rate-limit next typing', title: 'Answered 429 with a pause of 5 s',
    faults: [{ fault: 'rate_limit', retry_after: 5, on: ['typing'], count: 1 }],
  },
  {
    label: 'Answer 503 to next text', title: 'The text is tried again by itself',
    faults: [{ fault: 'answer', code: 503, on: ['text'], count: 1 }],
  },
  {
    label: 'Refuse next text', title: 'Answered 400: it is kept, to be retried or discarded',
    faults: [{ fault: 'answer', code: 400, on: ['text'], count: 1 }],
  },
  {
    label: 'Lose next answer', title: 'The text arrives, and the guest is not told',
    faults: [{ fault: 'swallow', direction: 'to_client', on: ['text'], count: 1 }],
  },
  { label: 'Refuse token (401)', title: 'Every token so far; the guest fetches a new one', faults: [{ fault: 'expire_token' }] },
];

/**
 * @param {() => string | null} selected the conversation that faults are for
 */
export function startFaults(selected) {
  const panel = byId('faults');
  const list = byId('faults-in-force');
  let looking = 0;

  async function look() {
    clearTimeout(looking);
    const inForce = await faults().catch(() => []);
    list.replaceChildren(...inForce.map((fault) => make('li', {}, described(fault))));
    if (inForce.length > 0 && panel.open) looking = setTimeout(look, LOOK_MS);
  }

  /** @param {Trouble} trouble */
  async function strike({ faults, held }) {
    const conversation_id = selected() ?? undefined;
    const added = /** @type {number[]} */ ([]);
    for (const fault of faults) {
      // Upgrades come before the conversation is known.
      const whole = 'status' in fault ? fault : { ...fault, conversation_id };
      const { id } = await addFault(whole);
      if (id !== undefined) added.push(id);
    }
    if (held) setTimeout(() => release(added), HELD_MS);
    await look();
  }

  /** @param {number[]} ids those that were not cleared meanwhile */
  async function release(ids) {
    const inForce = await faults().catch(() => []);
    await Promise.allSettled(inForce.filter(({ id }) => ids.includes(id)).map(({ id }) => clearFault(id)));
    await look();
  }

  const buttons = TROUBLES.map((trouble) => {
    const control = button(trouble.label, () => strike(trouble).catch(() => {}));
    control.title = trouble.title;
    return control;
  });
  const clear = button('Clear faults', () => clearFaults().then(look, () => {}));
  byId('fault-buttons').append(...buttons, clear);
  panel.addEventListener('toggle', look);
  look();
}

/** @param {any} fault */
function described({ fault, on, count, status, code, retry_after: wait }) {
  const number = status ?? code ?? (wait === undefined ? '' : `${wait} s`);
  const what = [fault.replaceAll('_', ' '), number].filter((word) => word !== '').join(' ');
  const where = on?.length ? ` on ${on.join(', ').replaceAll('_', ' ')}` : '';
  const left = count === undefined ? '' : `, ${count} more`;
  return what + where + left;
}
