// bindMessages, in a real viewport: what the agent sees as read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../lib/chat.js';
import { launchWithTabs } from '../lib/chromium.js';
import { isReceipt } from '../lib/frames.js';
import { world } from '../lib/world.js';

describe('messages in a viewport', () => {
  const parts = world();

  test('what is seen is read, once', async () => {
    const chat = await Chat.open(parts);
    const { message_id } = await chat.emulator.say(chat.id, 'hello');
    await chat.agentSees('message_read', { message_id });
    await scrollTo(chat, 1);
    await chat.barrier();
    assert.deepEqual(receipts(chat), [message_id]);
  });

  test('of 40 messages that fly by, those that rest on the screen are read', async () => {
    // So long a dwell that a slow machine scrolls through in it.
    const chat = await Chat.open(parts, { query: { binding: JSON.stringify({ dwell: 2_000 }) } });
    const ids = [];
    for (let number = 0; number < 40; number++) ids.push((await chat.emulator.say(chat.id, `message ${number}`)).message_id);
    await chat.hears('message', { id: ids[39] });
    await scrollTo(chat, 39);
    const read = await chat.emulator.events.until(() => {
      const seen = chat.agentSaw('message_read').map(({ message_id }) => message_id);
      return ids.slice(-5).every((id) => seen.includes(id)) && seen;
    });
    // 300 px show five messages of 60 px.
    const atRest = [...ids.slice(0, 5), ...ids.slice(-5)];
    assert.deepEqual(read.filter((id) => !atRest.includes(id)), [], 'what flew by is not read');
    await scrollTo(chat, 0);
    await scrollTo(chat, 39);
    await chat.barrier();
    assert.equal(new Set(receipts(chat)).size, receipts(chat).length, 'each once');
  });

  test('a message that is below the screen is not read before it is seen', async () => {
    const chat = await Chat.open(parts);
    const ids = [];
    for (let number = 0; number < 8; number++) ids.push((await chat.emulator.say(chat.id, `message ${number}`)).message_id);
    await chat.agentSees('message_read', {}, 5);
    await chat.barrier();
    assert.deepEqual(receipts(chat), ids.slice(0, 5));
    await scrollTo(chat, 7);
    await chat.agentSees('message_read', {}, 8);
    await chat.barrier();
    assert.deepEqual(receipts(chat).toSorted(), ids.toSorted());
  });

  test('a message that is taller than what scrolls around the list is read, and not before it fills half of that', async () => {
    const chat = await Chat.open(parts);
    await inBox(chat, 200, 700);
    const [first, second] = [await chat.emulator.say(chat.id, 'tall'), await chat.emulator.say(chat.id, 'below')];
    await chat.agentSees('message_read', { message_id: first.message_id });
    // 80 of 200 px.
    await chat.page.evaluate(() => { document.getElementById('box').scrollTop = 580; });
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    await chat.barrier();
    assert.deepEqual(receipts(chat), [first.message_id]);
    await chat.page.evaluate(() => { document.getElementById('box').scrollTop = 650; });
    await chat.agentSees('message_read', { message_id: second.message_id });
  });

  test('a message of forty screens is read when it is scrolled to', async () => {
    const chat = await Chat.open(parts);
    await inBox(chat, 100, 4000);
    const ids = [];
    for (const text of ['one', 'two']) ids.push((await chat.emulator.say(chat.id, text)).message_id);
    await chat.agentSees('message_read', { message_id: ids[0] });
    // By a line at a time, and no further than it takes.
    for (let top = 3910; top <= 3980; top += 10) {
      await chat.page.evaluate(async (top) => {
        document.getElementById('box').scrollTop = top;
        await new Promise(requestAnimationFrame);
      }, top);
    }
    await chat.agentSees('message_read', { message_id: ids[1] });
    await chat.barrier();
    assert.deepEqual(receipts(chat), ids);
  });

  test('own messages are not read', async () => {
    const chat = await Chat.open(parts);
    await chat.send('mine');
    const { message } = await chat.agentSees('guest_message');
    await chat.page.evaluate((id) => {
      const line = document.createElement('p');
      line.className = 'message-agent';
      line.dataset.messageId = id;
      document.getElementById('messages').append(line);
    }, message.message_id);
    const { message_id } = await chat.emulator.say(chat.id, 'yours');
    await chat.agentSees('message_read', { message_id });
    await chat.barrier();
    assert.deepEqual(receipts(chat), [message_id]);
  });
});

describe('a tab among others', () => {
  const parts = world(launchWithTabs);

  test('hidden, it reads nothing and types nothing; shown again, it reads', async () => {
    const chat = await Chat.open(parts, { context: parts.browser.context });
    const first = await chat.emulator.say(chat.id, 'one');
    await chat.agentSees('message_read', { message_id: first.message_id });
    await chat.page.locator('#text').pressSequentially('hello');
    await chat.agentSees('guest_typing', { typing: true });

    const other = await chat.context.newPage();
    await other.bringToFront();
    const off = await chat.agentSees('guest_typing', { typing: false });
    assert.equal(off.reason, 'off');
    const second = await chat.emulator.say(chat.id, 'two');
    await chat.hears('message', { id: second.message_id });
    await chat.barrier();
    assert.deepEqual(receipts(chat), [first.message_id]);
    assert.equal(await chat.page.evaluate(() => document.visibilityState), 'hidden');

    await chat.page.bringToFront();
    await chat.agentSees('message_read', { message_id: second.message_id });
    await chat.barrier();
    assert.deepEqual(receipts(chat), [first.message_id, second.message_id]);
    await other.close();
    await chat.page.close();
  });

  test('hidden, what the host itself says of typing and reading waits, too', async () => {
    const chat = await Chat.open(parts, { context: parts.browser.context, typing: { idle: 60_000 } });
    await chat.page.evaluate(() => window.chat.client.sendTypingIndicator({ type: 'typing' }));
    await chat.agentSees('guest_typing', { typing: true });

    const other = await chat.context.newPage();
    await other.bringToFront();
    await chat.agentSees('guest_typing', { typing: false });
    const { message_id } = await chat.emulator.say(chat.id, 'one');
    await chat.hears('message', { id: message_id });
    await chat.page.evaluate((messageId) => { window.chat.client.sendReadReceipt({ messageId }); }, message_id);
    await chat.barrier();
    assert.deepEqual(receipts(chat), []);

    await chat.page.bringToFront();
    await chat.agentSees('message_read', { message_id });
    await other.close();
    await chat.page.close();
  });

  test('left and come back to, it goes on where it was', async () => {
    const chat = await Chat.open(parts, { context: parts.browser.context, persist: true });
    const { message_id } = await chat.emulator.say(chat.id, 'one');
    await chat.agentSees('message_read', { message_id });
    await chat.barrier();
    await chat.page.evaluate(() => { window.isTheSame = true; });
    await chat.page.goto(`${parts.site.url}/tests/lib/blank.html`);
    await chat.agentSees('connections', { count: 0 });
    await chat.page.goBack({ waitUntil: 'commit' });
    await chat.agentSees('session_resumed');
    await chat.is('connected');
    assert.ok(await chat.page.evaluate(() => window.isTheSame), 'the page was kept, not loaded again');
    await chat.barrier();
    assert.deepEqual(receipts(chat), [message_id]);
    await chat.page.close();
  });
});

/** Puts the list, which grows as it likes, into a box of this height that scrolls, and makes its messages so tall. */
async function inBox(chat, height, tall) {
  await chat.page.evaluate(([height, tall]) => {
    const list = document.getElementById('messages');
    list.style.height = 'auto';
    const box = document.createElement('div');
    box.id = 'box';
    box.style.cssText = `height: ${height}px; overflow-y: auto`;
    list.replaceWith(box);
    box.append(list);
    const style = document.createElement('style');
    style.textContent = `#messages > p { height: ${tall}px; }`;
    document.head.append(style);
  }, [height, tall]);
}

/** Scrolls to a message within a few frames, as a flick of the finger does. */
async function scrollTo(chat, number) {
  await chat.page.evaluate(async (number) => {
    const box = document.getElementById('messages');
    const from = box.scrollTop;
    const to = Math.min(number * 60, box.scrollHeight - box.clientHeight);
    for (let frame = 1; frame <= 20; frame++) {
      await new Promise(requestAnimationFrame);
      box.scrollTop = from + (to - from) * frame / 20;
    }
  }, number);
}

/** The messages that receipts were sent for, in order. */
function receipts(chat) {
  return chat.sent.filter(isReceipt).map(({ message }) => message.id);
}
