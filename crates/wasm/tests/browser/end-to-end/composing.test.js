// bindComposer, with the keys of a real keyboard: what the agent sees of the guest's typing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../lib/chat.js';
import { isText, isTyping } from '../lib/frames.js';
import { world } from '../lib/world.js';

/** Of a guest who may pause for long: what ends typing sooner is something else. */
const PATIENT = { typing: { idle: 60_000 } };

describe('a composer', () => {
  const parts = world();

  test('one On with the first key, one Off when the user stops', async () => {
    const chat = await Chat.open(parts);
    await chat.page.locator('#text').pressSequentially('hello, is this still open?', { delay: 20 });
    await chat.agentSees('guest_typing', { typing: false });
    await chat.barrier();
    assert.deepEqual(chat.indicator(), [true, 'off']);
    assert.deepEqual(typing(chat), [1, 1]);
  });

  test('keys are on the browser\'s time: while typing is shown, they look at no clock', async () => {
    const chat = await Chat.open(parts, PATIENT);
    const field = chat.page.locator('#text');
    await field.pressSequentially('h');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.evaluate(() => {
      const look = performance.now.bind(performance);
      window.looks = 0;
      performance.now = () => {
        window.looks += 1;
        return look();
      };
    });
    await field.pressSequentially('ello, is this still open?');
    const looks = await chat.page.evaluate(() => window.looks);
    assert.ok(looks < 10, `${looks} looks for 25 keys`);
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
  });

  test('a text that is submitted: Off, then the text', async () => {
    const chat = await Chat.open(parts, PATIENT);
    await chat.page.locator('#text').pressSequentially('hello');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.evaluate(() => document.getElementById('composer').requestSubmit());
    await chat.agentSees('guest_message');
    const told = chat.emulator.events.filter((event) => chat.seen(event.type)(event)).map(({ type }) => type);
    assert.deepEqual(told.slice(-3), ['guest_typing', 'guest_typing', 'guest_message']);
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
    assert.deepEqual(chat.texts(), ['hello']);
    assert.equal(chat.sent.filter(isText).length, 2, 'the text and the barrier, each once');
  });

  test('a form that is submitted ends typing, whatever the host does with the text', async () => {
    const chat = await Chat.open(parts, PATIENT);
    await chat.page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<form id="other"><textarea id="note"></textarea></form>');
      const form = document.getElementById('other');
      form.addEventListener('submit', (event) => event.preventDefault());
      window.chat.client.bindComposer(document.getElementById('note'));
    });
    await chat.page.locator('#note').pressSequentially('   ');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.evaluate(() => document.getElementById('other').requestSubmit());
    await chat.agentSees('guest_typing', { typing: false });
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
    assert.deepEqual(chat.texts(), []);
  });

  test('a composition counts as typing before it is committed', async () => {
    const chat = await Chat.open(parts);
    await chat.page.locator('#text').focus();
    const keyboard = await chat.context.newCDPSession(chat.page);
    await keyboard.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
    await chat.agentSees('guest_typing', { typing: true });
    await keyboard.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
    await keyboard.send('Input.insertText', { text: '日本' });
    assert.equal(await chat.page.locator('#text').inputValue(), '日本');
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
  });

  test('a field that is emptied ends typing', async () => {
    const chat = await Chat.open(parts, PATIENT);
    await chat.page.locator('#text').pressSequentially('never mind');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.keyboard.press('Control+A');
    await chat.page.keyboard.press('Delete');
    await chat.agentSees('guest_typing', { typing: false });
    await chat.page.locator('#text').pressSequentially('or do');
    await chat.agentSees('guest_typing', { typing: true }, 2);
    await chat.barrier();
    assert.deepEqual(typing(chat), [2, 2]);
  });

  test('a field that is left ends typing', async () => {
    const chat = await Chat.open(parts, PATIENT);
    await chat.page.locator('#text').pressSequentially('hold on');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.locator('#elsewhere').focus();
    await chat.agentSees('guest_typing', { typing: false });
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
  });

  test('of a form, only text fields count, all of them; a reset that is prevented is none', async () => {
    const chat = await Chat.open(parts, PATIENT);
    await bindOther(chat, '<input id="name"><input id="ticked" type="checkbox"><textarea id="words"></textarea><button type="reset" id="reset">');
    await chat.page.locator('#ticked').check();
    await chat.barrier();
    assert.deepEqual(typing(chat), [0, 0]);
    await chat.page.locator('#words').pressSequentially('hello');
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.locator('#name').pressSequentially('K');
    await chat.page.keyboard.press('Backspace');
    await chat.page.evaluate(() => {
      document.addEventListener('reset', (event) => event.preventDefault(), { once: true });
      document.getElementById('reset').click();
    });
    assert.equal(await chat.page.locator('#words').inputValue(), 'hello', 'nothing was reset');
    await chat.page.waitForTimeout(200);
    assert.deepEqual(typing(chat), [1, 0]);
    await chat.page.locator('#reset').click();
    await chat.agentSees('guest_typing', { typing: false });
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
  });

  test('a picture alone in editable content is something', async () => {
    const chat = await Chat.open(parts, PATIENT);
    await bindOther(chat, '<div id="words" contenteditable style="min-height: 1em"></div>');
    await chat.page.locator('#words').focus();
    await chat.page.evaluate(() => document.execCommand('insertHTML', false, '<img alt="smile" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'));
    await chat.agentSees('guest_typing', { typing: true });
    await chat.page.keyboard.press('Backspace');
    await chat.agentSees('guest_typing', { typing: false });
    await chat.barrier();
    assert.deepEqual(typing(chat), [1, 1]);
  });

  test('keys that write nothing are no typing', async () => {
    const chat = await Chat.open(parts);
    await chat.page.locator('#text').focus();
    for (const key of ['Shift', 'ArrowLeft', 'Home', 'Escape', 'Tab']) await chat.page.keyboard.press(key);
    await chat.barrier();
    assert.deepEqual(typing(chat), [0, 0]);
  });

  test('what is written by a script is no typing', async () => {
    const chat = await Chat.open(parts);
    await chat.page.evaluate(() => { document.getElementById('text').value = 'a template'; });
    await chat.barrier();
    assert.deepEqual(typing(chat), [0, 0]);
  });

  test('an unbound composer says nothing', async () => {
    const chat = await Chat.open(parts);
    await chat.page.evaluate(() => {
      const text = document.createElement('textarea');
      text.id = 'other';
      document.body.append(text);
      window.chat.client.bindComposer(text)();
    });
    await chat.page.locator('#other').pressSequentially('hello');
    await chat.barrier();
    assert.deepEqual(typing(chat), [0, 0]);
  });
});

/** Adds another form with this in it, and binds it. */
function bindOther(chat, html) {
  return chat.page.evaluate((html) => {
    const form = document.createElement('form');
    form.innerHTML = html;
    document.body.append(form);
    window.chat.client.bindComposer(form);
  }, html);
}

/** How many Ons and Offs were sent. */
function typing(chat) {
  return ['On', 'Off'].map((kind) => chat.sent.filter(isTyping(kind)).length);
}
