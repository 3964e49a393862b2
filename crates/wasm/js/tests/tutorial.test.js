// A module as web developers write one around this client: a class with its own idle timer, which awaits
// some calls and not others. What the agent's side sees is checked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unhandled, within, world } from './support/world.js';

class Chat {
  #idle = null;
  #typing = false;
  failures = [];
  lines = [];

  constructor({ client, clock }) {
    this.client = client;
    this.clock = clock;
  }

  async open() {
    await this.client.connect();
    this.client.on('message', (message) => {
      this.lines.push(`${message.senderId}: ${message.text}`);
      this.#calls(this.client.sendReadReceipt({ messageId: message.id, conversationId: 'c-1' }));
    });
    this.client.on('typing', () => this.lines.push('typing'));
  }

  edited() {
    if (!this.#typing) this.#type('typing');
    this.clock.clearTimeout(this.#idle);
    this.#idle = this.clock.setTimeout(() => this.#type('stopTyping'), 2000);
  }

  async send(text) {
    if (this.#typing) this.#type('stopTyping');
    await this.#calls(this.client.sendMessage({ text, conversationId: 'c-1' }));
  }

  #type(type) {
    this.#typing = type === 'typing';
    this.#calls(this.client.sendTypingIndicator({ type, conversationId: 'c-1' }));
  }

  async #calls(promise) {
    try {
      await promise;
    } catch (error) {
      this.failures.push(error.code);
    }
  }
}

async function opened() {
  const made = world();
  const chat = new Chat(made);
  await within(made.clock, chat.open());
  return { ...made, chat };
}

test('a burst, a pause, a message and its answer', async () => {
  const { chat, clock, service } = await opened();
  for (let key = 0; key < 20; key += 1) {
    chat.edited();
    await clock.advance(100);
  }
  await clock.advance(2000);
  assert.deepEqual(service.sent, ['typing', 'stop'], 'one start, one stop');
  chat.edited();
  await clock.advance(600);
  await within(clock, chat.send('Where is my parcel?'));
  service.agentTypes();
  service.agentSays('On its way.', { id: 'm-1' });
  service.agentSays('On its way.', { id: 'm-1' });
  await clock.advance(5000);
  assert.deepEqual(service.sent, ['typing', 'stop', 'typing', 'stop', 'text Where is my parcel?', 'read m-1']);
  assert.deepEqual(chat.lines, ['guest: Where is my parcel?', 'typing', 'agent: On its way.']);
  assert.deepEqual(chat.failures, []);
  assert.deepEqual(unhandled, []);
});

test('a lost connection in the middle of a burst', async () => {
  const { chat, client, clock, service } = await opened();
  service.newSession = false;
  chat.edited();
  await clock.advance(100);
  service.drop();
  await chat.edited();
  const sent = chat.send('still there?');
  await within(clock, sent);
  await clock.advance(5000);
  assert.equal(client.state, 'connected');
  assert.deepEqual(service.sent, ['typing', 'stop', 'text still there?']);
  assert.deepEqual(chat.failures, ['INVALID_STATE'], 'the stop could not be told while reconnecting; it was told after it');
});
