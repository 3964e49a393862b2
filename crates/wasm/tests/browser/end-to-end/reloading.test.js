// Pages that come and go in the midst of a conversation: loaded again, doubled, side by side.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../lib/chat.js';
import { isReceipt, isTyping } from '../lib/frames.js';
import { world } from '../lib/world.js';

/** Where the package keeps its snapshot. */
const KEY = 'webmessaging:';

describe('pages that come and go', () => {
  const parts = world();

  test('a page that is loaded again sends no receipt twice, and the text that waited, once', async () => {
    const chat = await Chat.open(parts, { persist: true });
    const ids = [];
    for (const text of ['one', 'two']) ids.push((await chat.emulator.say(chat.id, text)).message_id);
    await chat.agentSees('message_read', {}, 2);
    // An answer after the receipts: they are known to have arrived.
    await chat.barrier();
    await waitInVain(chat, 'kept');
    await chat.reload(() => chat.emulator.heal());
    await chat.agentSees('guest_message', {}, 2);
    await chat.page.locator('.message-agent').nth(1).waitFor();
    await chat.barrier();
    assert.deepEqual(chat.texts(), ['kept']);
    assert.deepEqual(chat.sent.filter(isReceipt).map(({ message }) => message.id), ids);
  });

  test('without persist, a page that is loaded again has nothing to send', async () => {
    const chat = await Chat.open(parts);
    await waitInVain(chat, 'lost');
    await chat.reload(() => chat.emulator.heal());
    await chat.barrier();
    assert.deepEqual(chat.texts(), []);
  });

  test('a tab that is doubled does not send what the other one has to send', async () => {
    const chat = await Chat.open(parts, { persist: true });
    await chat.page.evaluate(keepCopies, KEY);
    await waitInVain(chat, 'once');
    await chat.reload(() => chat.emulator.heal());
    // The browser copies the store of a page while the snapshot that it has taken is still there.
    const [page] = await Promise.all([chat.context.waitForEvent('page'), chat.page.evaluate(openTwin, KEY)]);
    const twin = chat.twin(page);
    await twin.is('connected');
    assert.equal(await twin.page.evaluate(() => window.startedWith), 1, 'it has the copy');
    await chat.barrier();
    await twin.barrier();
    assert.deepEqual(chat.texts(), ['once']);
  });

  test('two tabs of one conversation: no typing of one\'s own, no receipt for it', async () => {
    const one = await Chat.open(parts);
    const other = await Chat.open(parts, { session: one.session, context: one.context });
    await one.page.locator('#text').pressSequentially('hello');
    await one.agentSees('guest_typing', { typing: true });
    await one.page.evaluate(() => document.getElementById('composer').requestSubmit());
    const { message } = await one.agentSees('guest_message');
    await other.hears('message', { id: message.message_id, senderId: 'guest' });
    const { message_id } = await one.emulator.say(one.id, 'hello yourself');
    for (const chat of [one, other]) await chat.sent.first(isReceipt);
    await one.barrier();
    await other.barrier();
    assert.deepEqual(one.indicator(), [true, 'off']);
    assert.deepEqual(await other.heard('typing'), []);
    assert.deepEqual(other.sent.filter(isTyping('On')), []);
    for (const chat of [one, other]) assert.deepEqual(chat.sent.filter(isReceipt).map((frame) => frame.message.id), [message_id]);
    assert.deepEqual(one.texts(), ['hello']);
  });
});

/** Loses the connection for as long as the fault lasts, and writes. */
async function waitInVain(chat, text) {
  await chat.emulator.fault({ fault: 'refuse_upgrade', status: 503 });
  await chat.emulator.fault({ fault: 'drop', conversation_id: chat.id });
  await chat.is('reconnecting');
  await chat.send(text);
}

/** In the page: whatever the package keeps as the page is left is kept elsewhere, too. */
function keepCopies(key) {
  const set = Storage.prototype.setItem;
  Storage.prototype.setItem = function (name, value) {
    if (name.startsWith(key)) set.call(localStorage, name, value);
    set.call(this, name, value);
  };
}

/** In the page: a tab with a copy of the store, and the snapshot in it. */
function openTwin(key) {
  const [name, snapshot] = Object.entries({ ...localStorage }).find(([name]) => name.startsWith(key));
  sessionStorage.setItem(name, snapshot);
  window.open(location.href);
  sessionStorage.removeItem(name);
}
