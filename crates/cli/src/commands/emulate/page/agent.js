// Owns: the agent's console: which conversation is shown, and what the agent does in it. What it shows
// is what the service says: an event only tells that something changed, so none that is missed or
// late can leave anything wrong behind. Must not know: the guest's client.

import * as api from './agent-api.js';
import { AgentTyping } from './agent-typing.js';
import { ChatLog } from './chat-log.js';
import { sendOnEnter } from './composer.js';
import { byId, setState, setText, setTyping } from './dom.js';
import { SessionList } from './session-list.js';

const NICKNAME = 'Kim';
const EVENTS = [
  'session_opened', 'session_resumed', 'connections', 'guest_joined', 'guest_typing', 'guest_message',
  'agent_message', 'agent_typing', 'message_read', 'conversation_ended', 'session_closed',
  'session_cleared', 'session_expired',
];
const MARKS = { Sent: ['✓', 'Sent'], Read: ['✓✓', 'Read'] };

export class AgentConsole {
  #parts = {
    state: byId('agent-state'),
    indicator: byId('agent-indicator'),
    empty: byId('agent-empty'),
    problem: byId('agent-problem'),
    form: byId('agent-composer'),
    field: byId('agent-text'),
    ends: [byId('agent-end'), byId('agent-end-read-only')],
  };
  #log = new ChatLog({ list: byId('agent-log'), scroll: byId('agent-scroll'), empty: byId('agent-empty') });
  #list = new SessionList(byId('agent-sessions'), (id) => this.#select(id));
  #typing = new AgentTyping(NICKNAME);
  /** @type {Map<string, any>} */
  #sessions = new Map();
  /** @type {string | null} */
  #selected = null;
  /** Conversations to ask for. @type {Set<string>} */
  #stale = new Set();
  #asking = false;
  /** @type {EventSource | null} */
  #events = null;

  constructor() {
    const { form, field, ends } = this.#parts;
    sendOnEnter(form, field);
    form.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    });
    field.addEventListener('input', () => {
      if (this.#selected && field.value !== '') this.#typing.key(this.#selected);
      else this.#typing.stop();
    });
    field.addEventListener('blur', () => this.#typing.stop());
    ends[0].addEventListener('click', () => this.#end(false));
    ends[1].addEventListener('click', () => this.#end(true));
    addEventListener('pagehide', () => {
      this.#typing.stop();
      this.#events?.close();
    });
    // Out of the browser's memory of pages that were left.
    addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.#listen();
    });
    this.#render();
    this.#listen();
  }

  /** The conversation that is shown. */
  get selected() {
    return this.#selected;
  }

  /**
   * The guest of this page is in this conversation now.
   * @param {string} id
   */
  follow(id) {
    this.#list.mine = id;
    this.#select(id);
  }

  #listen() {
    this.#events?.close();
    const events = new EventSource('/agent/events');
    this.#events = events;
    events.addEventListener('open', () => this.#askForAll());
    events.addEventListener('lagged', () => this.#askForAll());
    events.addEventListener('error', () => this.#unreachable());
    for (const type of EVENTS) {
      events.addEventListener(type, (event) => this.#ask(JSON.parse(event.data).conversation_id));
    }
  }

  #unreachable() {
    setState(this.#parts.state, 'The service is not there', 'bad');
  }

  async #askForAll() {
    const known = await api.sessions().catch(() => null);
    if (!known) {
      this.#unreachable();
      return;
    }
    this.#sessions = new Map(known.map((session) => [session.conversation_id, session]));
    this.#render();
  }

  /**
   * One question at a time, so that no answer overtakes a newer one.
   * @param {string} id
   */
  async #ask(id) {
    this.#stale.add(id);
    if (this.#asking) return;
    this.#asking = true;
    for (const next of this.#stale) {
      this.#stale.delete(next);
      try {
        this.#sessions.set(next, await api.session(next));
      } catch (error) {
        if (/** @type {api.ApiError} */ (error).status === 404) this.#sessions.delete(next);
      }
      this.#render();
    }
    this.#asking = false;
  }

  /** @param {string} id */
  #select(id) {
    if (id === this.#selected) return;
    this.#typing.stop();
    this.#selected = id;
    this.#log.clear();
    this.#problem('');
    this.#render();
  }

  #render() {
    const first = this.#sessions.keys().next();
    if (this.#selected === null && !first.done) this.#selected = first.value;
    this.#list.show([...this.#sessions.values()], this.#selected);
    const session = this.#selected === null ? undefined : this.#sessions.get(this.#selected);
    const { state, empty, indicator, field, form, ends } = this.#parts;
    const open = session?.state === 'open';
    setText(empty, session ? 'Nothing was said yet.' : 'No guest yet.');
    for (const control of [field, ...form.querySelectorAll('button'), ...ends]) control.disabled = !open;
    setTyping(indicator, session?.guest_typing ? 'Guest' : null);
    if (!session) {
      this.#log.clear();
      setState(state, 'Waiting for a guest', 'idle');
      return;
    }
    setState(state, ...howItIs(session));
    for (const message of session.messages) this.#put(message);
  }

  /** @param {any} message */
  #put({ message_id: id, from, text, time, state }) {
    const own = from === 'agent';
    const [mark, label] = own ? MARKS[/** @type {keyof typeof MARKS} */ (state)] : [];
    this.#log.put(id, { own, text, time, author: own ? undefined : 'Guest', status: state.toLowerCase(), mark, label });
  }

  async #send() {
    const { field } = this.#parts;
    const text = field.value;
    if (!this.#selected || text.trim() === '') return;
    field.value = '';
    this.#typing.over();
    this.#log.showEnd();
    if (!(await this.#do(() => api.sendText(String(this.#selected), text, NICKNAME)))) {
      // What was written is not lost.
      field.value ||= text;
    }
  }

  /** @param {boolean} readOnly */
  async #end(readOnly) {
    const id = this.#selected;
    if (!id) return;
    this.#typing.over();
    if (await this.#do(() => api.endConversation(id, readOnly))) {
      this.#log.notice(readOnly ? 'You have ended the conversation.' : 'You have left; the guest can write on.');
    }
  }

  /** @param {() => Promise<unknown>} command */
  async #do(command) {
    try {
      await command();
      this.#problem('');
      return true;
    } catch (error) {
      this.#problem(/** @type {Error} */ (error).message);
      return false;
    }
  }

  /** @param {string} text */
  #problem(text) {
    setText(this.#parts.problem, text);
    this.#parts.problem.hidden = text === '';
  }
}

/**
 * @param {any} session
 * @returns {[string, 'good' | 'busy' | 'bad' | 'idle']}
 */
function howItIs({ state, connections }) {
  if (state === 'read_only') return ['Ended, read-only', 'idle'];
  if (state === 'expired') return ['Expired', 'idle'];
  if (connections.length === 0) return ['Guest is away', 'busy'];
  return [connections.length === 1 ? 'Guest is here' : `Guest is here ${connections.length} times`, 'good'];
}
