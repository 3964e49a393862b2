// A guest's chat in a page of Chromium, and the agent on its other side.
// Owns: opening the page, asking it, and what was sent and seen of its conversation. Must not know: what is tested.
import { listen } from './chromium.js';

/** A conversation of one guest. */
export class Chat {
  /** Opens a chat in a page of its own, connected unless `options` prevent it. */
  static async open({ site, browser, emulator }, { session, context, page, connected = true, query = {}, ...options } = {}) {
    const chat = new Chat();
    chat.emulator = emulator;
    chat.session = session ?? await emulator.session();
    chat.id = chat.session.conversationId;
    chat.context = context ?? page?.context() ?? await browser.newContext();
    chat.page = page ?? await chat.context.newPage();
    Object.assign(chat, listen(chat.page));
    chat.url = addressOf(site, { endpoint: emulator.endpoint, ...chat.session, ...options }, query);
    await chat.page.goto(chat.url);
    await chat.connected();
    if (connected) await chat.is('connected');
    return chat;
  }

  /** Another page of the same conversation, which is open already. */
  twin(page) {
    const { emulator, session, id, context } = this;
    return Object.assign(new Chat(), { emulator, session, id, context, page }, listen(page));
  }

  /** What the agent's side has seen of this conversation, of one type. */
  seen(type, members = {}) {
    const wanted = Object.entries(members);
    return (event) => event.conversation_id === this.id && event.type === type
      && wanted.every(([name, value]) => event[name] === value);
  }

  /** Resolves with the `count`-th event of this type on the agent's side. */
  async agentSees(type, members, count = 1) {
    return (await this.emulator.events.count(count, this.seen(type, members)))[count - 1];
  }

  /** All events of this type so far. */
  agentSaw(type, members) {
    return this.emulator.events.filter(this.seen(type, members));
  }

  /** Resolves once connect() has ended, well or not. */
  connected() {
    return this.page.evaluate(() => window.chat.connected);
  }

  /** Resolves once the client is in this state. */
  is(state) {
    return this.page.waitForFunction((state) => window.chat?.client.state === state, state, { polling: 50 });
  }

  /** Resolves with the `count`-th event of the client with this name and members. */
  async hears(name, members = {}, count = 1) {
    const found = await this.page.waitForFunction(([wanted, count]) => window.chat.events.filter((event) =>
      Object.entries(wanted).every(([member, value]) => event[member] === value))[count - 1], [{ name, ...members }, count], { polling: 50 });
    return found.jsonValue();
  }

  /** The client's events so far, of this name. */
  heard(name) {
    return this.page.evaluate((name) => window.chat.events.filter((event) => event.name === name), name);
  }

  /** Loads the page again; `meanwhile` happens when the old one is gone and the new one has not begun. */
  async reload(meanwhile) {
    await this.page.route('**/chat.js', async (route) => {
      await meanwhile();
      await route.continue();
    }, { times: 1 });
    await this.page.reload();
    await this.is('connected');
  }

  /** Sends a text by the package, and waits for nothing. */
  send(text) {
    return this.page.evaluate((text) => window.chat.send(text), text);
  }

  /** Sends a text that the agent's side sees: all that was sent before it is there, too. */
  async barrier() {
    const text = `barrier ${++this.barriers}`;
    await this.send(text);
    await this.emulator.events.first((event) => this.seen('guest_message')(event) && event.message.text === text);
    await this.sent.first((frame) => frame.message?.text === text);
  }

  barriers = 0;

  /** The texts that have reached the agent, without barriers. */
  texts() {
    return this.agentSaw('guest_message').map(({ message }) => message.text).filter((text) => !text.startsWith('barrier '));
  }

  /** What the agent's side has seen of the guest's typing: true, or why it ended. */
  indicator() {
    return this.agentSaw('guest_typing').map(({ typing, reason }) => typing || reason);
  }
}

function addressOf(site, options, query) {
  const search = new URLSearchParams({ options: JSON.stringify(options), ...query });
  return `${site.url}/tests/end-to-end/chat.html?${search}`;
}
