// Owns: the guest's pane: what the client tells, made visible, and what the user does, told to the
// client. Must not know: the wire, timers, when anything is sent.

import { WebMessagingClient } from '/client/src/index.js';

import { session as conversation } from './agent-api.js';
import { ChatLog } from './chat-log.js';
import { sendOnEnter } from './composer.js';
import { Countdown } from './countdown.js';
import { byId, setState, setText, setTyping } from './dom.js';
import { furtherToken, newSession, openSession } from './session.js';
import { show } from './text-status.js';

/** @typedef {import('./session.js').Session} Session */

const STATES = /** @type {Record<string, [string, 'good' | 'busy' | 'bad' | 'idle']>} */ ({
  connecting: ['Connecting…', 'busy'],
  connected: ['Connected', 'good'],
  reconnecting: ['Reconnecting…', 'busy'],
  readonly: ['Ended, read-only', 'idle'],
  disconnected: ['Not connected', 'bad'],
});

/** Why there is no connection, in words for who just wants to chat. */
const REASONS = /** @type {Record<string, string>} */ ({
  NETWORK: 'The service cannot be reached.',
  AUTHENTICATION_FAILED: 'The service does not know this guest any more.',
  SESSION_EXPIRED: 'This conversation has expired.',
});

/** How a text is named in the log until the service has given it an id. */
const unsent = (/** @type {number} */ key) => `text ${key}`;

export class GuestChat {
  #parts = {
    state: byId('guest-state'),
    leave: byId('guest-leave'),
    banner: byId('guest-banner'),
    bannerText: byId('guest-banner-text'),
    nextTry: byId('guest-next-try'),
    indicator: byId('guest-indicator'),
    problem: byId('guest-problem'),
    form: byId('guest-composer'),
    field: byId('guest-text'),
    send: byId('guest-send'),
    ended: byId('guest-ended'),
    endedText: byId('guest-ended-text'),
    again: byId('guest-again'),
    scroll: byId('guest-scroll'),
  };
  #log = new ChatLog({ list: byId('guest-log'), scroll: byId('guest-scroll'), empty: byId('guest-empty') });
  #wait = new Countdown(byId('guest-wait'));
  #hooks;
  /** @type {WebMessagingClient | null} */
  #client = null;
  #conversationId = '';
  /** Agents who are typing. @type {Set<string>} */
  #typists = new Set();
  /** What the button of an ended conversation does. */
  #again = () => {};
  /** It was pressed, and is gone with the focus as soon as there is a connection. */
  #returning = false;
  /** Ends what listens to the pane. */
  #unbind = () => {};

  /**
   * @param {object} hooks
   * @param {(client: WebMessagingClient) => void} hooks.made a client was made
   * @param {(conversationId: string) => void} hooks.entered the guest is in this conversation now
   */
  constructor(hooks) {
    this.#hooks = hooks;
    const { form, field, leave, again } = this.#parts;
    sendOnEnter(form, field);
    form.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    });
    leave.addEventListener('click', () => this.#client?.disconnect());
    again.addEventListener('click', () => {
      this.#again();
      this.#returning = true;
    });
    byId('guest-reconnect').addEventListener('click', () => this.#client?.connect().catch(() => {}));
  }

  /** @param {() => Promise<Session>} [open] where the session comes from */
  async start(open = openSession) {
    this.#stateChanged('connecting');
    let session;
    try {
      session = await open();
    } catch (error) {
      setState(this.#parts.state, ...STATES.disconnected);
      this.#over(/** @type {Error} */ (error).message, 'Try again', () => this.start(open));
      return;
    }
    this.#use(session);
    if (!session.isNew) await this.#history();
    await this.#connect();
  }

  /** @param {Session} session */
  #use({ guestToken, deploymentId, conversationId }) {
    this.#client?.free();
    this.#log.clear();
    this.#typists.clear();
    setTyping(this.#parts.indicator, null);
    const client = new WebMessagingClient({
      guestToken,
      deploymentId,
      endpoint: `${location.origin}/v1`,
      persist: true,
      tokenProvider: furtherToken,
    });
    this.#client = client;
    client.on('message', (message) => this.#message(message));
    client.on('messageStatus', (status) => this.#status(status));
    client.on('typing', ({ name, hasNickname }) => this.#typing(hasNickname ? name : 'Agent', true));
    client.on('stopTyping', ({ name, hasNickname }) => this.#typing(hasNickname ? name : 'Agent', false));
    client.on('connectionStateChange', (state, { error }) => this.#stateChanged(state, error));
    const { nextTry } = this.#parts;
    client.on('timer', (timer) => {
      const waits = timer?.timer === 'backoff';
      nextTry.hidden = !waits;
      if (waits) this.#wait.start(timer.at);
      else this.#wait.stop();
    });
    client.on('error', (error) => {
      // What has ended the session is told in its place.
      if (client.state !== 'disconnected') this.#problem(error.message);
    });
    client.on('messagesMayBeMissing', () => this.#history());
    client.on('conversationEnded', ({ readOnly }) => {
      this.#log.notice(readOnly ? 'The agent has ended the conversation.' : 'The agent has left. Write to go on.');
    });
    client.on('conversationReplaced', () => this.#replaced());
    this.#hooks.made(client);
    this.#enter(conversationId);
  }

  /** @param {string} conversationId */
  #enter(conversationId) {
    this.#conversationId = conversationId;
    this.#hooks.entered(conversationId);
  }

  async #connect() {
    const client = this.#client;
    if (!client) return;
    // A disconnect has taken them away, a failure has not.
    this.#unbind();
    const bindings = [client.bindComposer(this.#parts.form), client.bindMessages(this.#parts.scroll)];
    this.#unbind = () => bindings.forEach((unbind) => unbind());
    // What goes wrong is told by the state.
    await client.connect().catch(() => {});
  }

  /**
   * What was said so far, and while the guest was away. The service keeps it: a page of your own asks its
   * backend, or the guest API's history.
   */
  async #history() {
    const known = await conversation(this.#conversationId).catch(() => null);
    if (!known) return;
    const messages = /** @type {any[]} */ (known.messages);
    for (const { message_id: id, from, nickname, text, time, state } of messages) {
      if (this.#log.has(id)) continue;
      if (from === 'guest') this.#log.put(id, { own: true, text, time, ...show('sent') });
      else this.#log.put(id, { text, time, author: nickname, messageId: id, ...(state === 'Read' ? show('receipt') : {}) });
    }
    this.#log.arrange(messages.map((message) => message.message_id));
    this.#client?.restoreMessages(messages.map(({ message_id: id, from, state }) =>
      ({ id, senderId: from, read: state === 'Read' })));
  }

  /** @param {any} message */
  #message({ id, text, senderId, time, nickname }) {
    if (senderId !== 'guest') {
      this.#log.put(id, { text: text ?? '', time, author: nickname ?? 'Agent', messageId: id });
    } else if (this.#log.has(id)) {
      this.#log.put(id, { time });
    } else {
      this.#log.put(id, { own: true, text: text ?? '', time, ...show('sent') });
    }
  }

  /** @param {any} status */
  #status({ key, id, status }) {
    this.#showUnsent();
    if (key === undefined) {
      if (status === 'read') this.#log.put(id, show('receipt'));
    } else if (status === 'discarded') {
      this.#log.remove(unsent(key));
    } else if (status === 'sent') {
      this.#log.rename(unsent(key), id);
      if (this.#log.has(id)) this.#log.put(id, show('sent'));
    }
  }

  /** Texts that are in line, under way, or kept to be retried or discarded. */
  #showUnsent() {
    const client = this.#client;
    if (!client) return;
    const texts = client.unsentTexts();
    for (const { key, text, status } of texts) {
      const isNew = !this.#log.has(unsent(key));
      this.#log.put(unsent(key), {
        own: true, text, ...(isNew ? { time: Date.now() } : {}),
        ...show(status, {
          retry: () => this.#remedy(() => client.retry(key)),
          discard: () => this.#remedy(() => client.discard(key)),
        }),
      });
    }
    const waiting = texts.filter(({ status }) => status === 'queued').length;
    const line = waiting === 0 ? '' : waiting === 1 ? ' One message waits.' : ` ${waiting} messages wait.`;
    setText(this.#parts.bannerText, `Connection lost.${line}`);
  }

  /**
   * The button goes away with what it was for; the focus stays with who writes.
   * @param {() => unknown} act
   */
  async #remedy(act) {
    this.#parts.field.focus();
    try {
      await act();
    } catch (error) {
      // What becomes of a text is told by its status; only what was refused here is told by nobody.
      if (/** @type {any} */ (error).code === 'INVALID_STATE') this.#problem(/** @type {Error} */ (error).message);
    }
  }

  /**
   * @param {string} name
   * @param {boolean} typing
   */
  #typing(name, typing) {
    if (typing) this.#typists.add(name);
    else this.#typists.delete(name);
    const [first = null] = this.#typists;
    setTyping(this.#parts.indicator, first);
  }

  async #replaced() {
    this.#log.clear();
    const { conversationId } = await furtherToken().catch(() => ({ conversationId: this.#conversationId }));
    this.#enter(conversationId);
  }

  #send() {
    const { field } = this.#parts;
    const text = field.value.trimEnd();
    if (text === '' || !this.#client) return;
    field.value = '';
    this.#problem('');
    this.#client.sendMessage({ text }).catch((error) => {
      // With a key it is in the log, with all that can be done about it.
      if (error.key !== undefined) return;
      field.value ||= text;
      this.#problem(error.message);
    });
    this.#log.showEnd();
  }

  /**
   * @param {string} state
   * @param {Error & {code?: string}} [error]
   */
  #stateChanged(state, error) {
    const { state: shown, leave, banner, form, field, send, ended } = this.#parts;
    setState(shown, ...(STATES[state] ?? [state, 'idle']));
    const writable = state === 'connected' || state === 'reconnecting';
    leave.hidden = !writable;
    // The button in it may have the focus, and goes away by itself.
    this.#returning ||= banner.contains(document.activeElement);
    banner.hidden = state !== 'reconnecting';
    form.hidden = state === 'readonly' || state === 'disconnected';
    field.disabled = send.disabled = !writable;
    ended.hidden = !form.hidden;
    if (state === 'connected') {
      this.#problem('');
      if (this.#returning) field.focus();
      this.#returning = false;
    }
    this.#showUnsent();
    if (state === 'readonly') {
      this.#over('This conversation is over.', 'Start a new one', () => this.#client?.startNewConversation().catch(() => {}));
    } else if (state === 'disconnected') {
      this.#disconnected(error);
    }
  }

  /** @param {Error & {code?: string}} [error] */
  #disconnected(error) {
    const { code = '', message = '' } = error ?? {};
    const reason = REASONS[code] ?? message;
    if (code === 'SESSION_EXPIRED' || code === 'AUTHENTICATION_FAILED') {
      this.#over(reason, 'Start a new one', () => this.start(newSession));
    } else if (code !== '' && code !== 'INVALID_STATE') {
      this.#over(reason, 'Try again', () => this.#connect());
    } else {
      this.#over('You have left the conversation.', 'Come back', () => this.#connect());
    }
  }

  /**
   * @param {string} text
   * @param {string} label
   * @param {() => void} again
   */
  #over(text, label, again) {
    const { ended, endedText, again: button, form } = this.#parts;
    this.#problem('');
    setText(endedText, text);
    setText(button, label);
    this.#again = again;
    ended.hidden = false;
    form.hidden = true;
  }

  /** @param {string} text */
  #problem(text) {
    setText(this.#parts.problem, text);
    this.#parts.problem.hidden = text === '';
  }
}
