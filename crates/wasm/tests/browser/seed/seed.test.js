// A host written by the tutorial does right by the agent, taken as it stands: in Chromium and in Node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Emulator } from '../lib/emulator.js';
import { isReceipt, isText, isTyping } from '../lib/frames.js';
import * as chromium from './in-chromium.js';
import * as node from './in-node.js';
import { SOURCES } from './sources.js';

const PLACES = { Chromium: chromium, Node: node };

describe('a host by the tutorial', () => {
  let emulator;
  before(async () => { emulator = await Emulator.start(); });
  after(() => emulator?.stop());

  for (const { name, text, missing } of SOURCES) {
    for (const [place, { open }] of Object.entries(PLACES)) {
      test(`${name}, in ${place}`, { skip: missing }, async () => {
        const session = await emulator.session();
        const host = await open(text, session, emulator.endpoint);
        try {
          await converse(host, emulator, session.conversationId);
          assert.ok(host.logged.length > 0, 'debug logs');
          assert.ok(!host.logged.some((line) => line.includes(session.guestToken)), 'the token is in no log');
        } finally {
          await host.close();
        }
      });
    }
  }
});

async function converse(host, emulator, id) {
  const seen = emulator.events;
  const of = (type, more = {}) => (event) => event.conversation_id === id && event.type === type
    && Object.entries(more).every(([name, value]) => event[name] === value);
  const on = of('guest_typing', { typing: true });
  const off = of('guest_typing', { typing: false });

  await host.call('initialize');
  await seen.first(of('connections', { count: 1 }));
  await host.watchStops();

  // A burst, and nothing more.
  await host.burst('handleInputChange', 7);
  await seen.first(on);
  const [end] = await seen.count(1, off);
  assert.equal(end.reason, 'off');

  // What the agent writes is read.
  const written = [];
  for (const text of ['one', 'two', 'three']) written.push((await emulator.say(id, text)).message_id);
  const read = await seen.count(written.length, of('message_read'));
  assert.deepEqual(read.map(({ message_id }) => message_id), written);

  // Typing that a text ends; the host's own timer goes off all the same.
  await host.burst('handleInputChange', 3);
  await seen.count(2, on);
  await host.call('sendMessage', 'hello');
  await seen.first(of('guest_message'));
  await host.stopped(3);
  await host.call('sendMessage', 'bye');
  await seen.count(2, of('guest_message'));

  const told = seen.filter((event) => on(event) || off(event) || of('guest_message')(event));
  assert.deepEqual(told.map(({ type, typing, reason, message }) => message?.text ?? reason ?? `${type} ${typing}`), [
    'guest_typing true', 'off', 'guest_typing true', 'off', 'hello', 'bye',
  ]);
  await host.sent.count(2, isText);
  const count = (fits) => host.sent.filter(fits).length;
  assert.equal(count(isTyping('On')), 2, 'one On a burst');
  assert.equal(count(isTyping('Off')), 2, 'one Off a burst');
  assert.deepEqual(host.sent.filter(isReceipt).map(({ message }) => message.id), written, 'one receipt a message');
  assert.deepEqual(host.sent.filter(isText).map(({ message }) => message.text), ['hello', 'bye']);

  await host.call('disconnect');
  await seen.first(of('connections', { count: 0 }));
  assert.deepEqual(host.errors, []);
}
