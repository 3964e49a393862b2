// The page of `webmessaging emulate --page`: a guest and an agent side by side, by the keyboard alone,
// for everyone, in the light, in the dark and on a phone. With `OUT`, pictures of it go to that folder.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { launch, listen } from '../lib/chromium.js';
import { isText, isTyping } from '../lib/frames.js';
import { world } from '../lib/world.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  'phone, dark': { colorScheme: 'dark', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

describe('the page of the emulator', () => {
  const parts = world(launch, '--page');

  test('by the keyboard alone: both write, see each other typing, and what is read', async () => {
    const { page, sent, errors, logged } = await open(parts);
    await tabTo(page, 'guest-text');
    await page.keyboard.type('Is anybody there?', { delay: 20 });
    await page.locator('#agent-indicator', { hasText: 'typing' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#agent-log', { hasText: 'Is anybody there?' }).waitFor();
    await page.locator('#guest-log', { hasText: 'Sent' }).waitFor();
    await page.locator('#agent-indicator', { hasNotText: 'typing' }).waitFor();

    await tabTo(page, 'agent-text');
    await page.keyboard.type('Yes, I am.', { delay: 20 });
    await page.locator('#guest-indicator', { hasText: 'typing' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#guest-log', { hasText: 'Yes, I am.' }).waitFor();
    await page.locator('#agent-log', { hasText: 'Read' }).waitFor();
    await page.locator('#guest-indicator', { hasNotText: 'typing' }).waitFor();

    await sent.first(isText);
    assert.deepEqual(['On', 'Off'].map((kind) => sent.filter(isTyping(kind)).length), [1, 1]);
    assert.deepEqual([errors, logged], [[], []], 'nothing is complained of');
  });

  test('by the keyboard alone: something goes wrong, the queue is shown, and it goes on', async () => {
    const { page } = await open(parts);
    await parts.emulator.fault({ fault: 'refuse_upgrade', status: 503 });
    await parts.emulator.fault({ fault: 'drop' });
    await page.locator('#guest-banner').waitFor();
    await tabTo(page, 'guest-text');
    await page.keyboard.type('Written in between');
    await page.keyboard.press('Enter');
    await page.locator('#guest-log', { hasText: 'Waiting' }).waitFor();
    await tabTo(page, 'guest-reconnect');
    await parts.emulator.heal();
    await page.keyboard.press('Enter');
    await page.locator('#agent-log', { hasText: 'Written in between' }).waitFor();
    await page.locator('#guest-log', { hasText: 'Sent' }).waitFor();
    await page.locator('#guest-banner').waitFor({ state: 'hidden' });
    assert.equal(await focused(page), 'guest-text', 'the focus does not go with the banner that it was in');
  });

  test('a session that cannot be had is not shown as one to come, and can be asked for again', async () => {
    const answers = [];
    const { page } = await open(parts, {}, async (fresh) => {
      await fresh.route('**/api/v2/conversations/messaging', async (route) => {
        if (answers.length === 0) await route.abort();
        else await route.continue();
        answers.push(route.request().url());
      });
    }, /^Not connected$/);
    await tabTo(page, 'guest-again');
    await page.keyboard.press('Enter');
    await page.locator('#guest-state', { hasText: /^Connected$/ }).waitFor();
    assert.equal(await focused(page), 'guest-text', 'the focus does not go with the button that it was on');
  });

  test('what the machine does is shown, and no token is', async () => {
    const { page, sent } = await open(parts);
    await page.locator('#guest-text').pressSequentially('hm');
    await page.locator('#timer-name:not(:empty)').waitFor();
    await page.locator('#frames', { hasText: 'On' }).waitFor();
    const { token } = await sent.first((frame) => frame.token);
    assert.ok(!(await page.content()).includes(token), 'the token is nowhere in the page');
  });

  for (const [name, look] of Object.entries(LOOKS)) {
    test(`${name}: nothing that axe finds, nothing that is cut off`, async () => {
      const { page } = await open(parts, look);
      await assertAccessible(page, 'with nothing said');
      const question = `Is my parcel on its way? No. ${4700 + parts.emulator.events.length}`;
      await page.locator('#guest-text').pressSequentially(question);
      await page.keyboard.press('Enter');
      const { conversation_id: id } = await parts.emulator.events.first(({ message }) => message?.text === question);
      await parts.emulator.say(id, 'It is: you will have it tomorrow, between nine and eleven in the morning.');
      await parts.emulator.type(id, true);
      await page.locator('#guest-indicator', { hasText: 'typing' }).waitFor();
      await picture(page, name);
      await assertAccessible(page, 'in a conversation');
      await parts.emulator.fault({ fault: 'refuse_upgrade', status: 503 });
      await parts.emulator.fault({ fault: 'drop' });
      await page.locator('#guest-banner').waitFor();
      await page.locator('#guest-text').fill('Thank you!');
      await page.locator('#guest-text').press('Enter');
      await page.locator('#guest-log', { hasText: 'Waiting' }).waitFor();
      await picture(page, `${name}, offline`);
      await assertAccessible(page, 'while reconnecting');
      await parts.emulator.heal();
      await page.locator('#guest-banner').waitFor({ state: 'hidden' });
      await parts.emulator.end(id, true);
      await page.locator('#guest-ended').waitFor();
      await picture(page, `${name}, ended`);
      await assertAccessible(page, 'at the end');
      const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(width <= room, `${width} px wide in a window of ${room}`);
    });
  }
});

async function open({ browser, emulator }, look = {}, prepare = async () => {}, state = /^Connected$/) {
  const context = await browser.newContext(look);
  const page = await context.newPage();
  const heard = listen(page);
  await prepare(page);
  await page.goto(emulator.url);
  await page.locator('#guest-state', { hasText: state }).waitFor();
  return { page, ...heard };
}

/** The id of what has the focus, or else what it is. */
function focused(page) {
  return page.evaluate(() => document.activeElement.id || document.activeElement.tagName);
}

/** Presses Tab until the element has the focus. */
async function tabTo(page, id) {
  const passed = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const reached = await focused(page);
    if (reached === id) return;
    passed.push(reached);
    assert.ok(passed.length < 200, `Tab does not lead to ${id}: ${passed.slice(-20)}`);
  }
}

async function assertAccessible(page, when) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ target, failureSummary }) => `  ${target}: ${failureSummary}`).join('\n')}`);
  assert.deepEqual(found, [], when);
}

async function picture(page, name) {
  if (process.env.OUT) await page.screenshot({ path: join(process.env.OUT, `${name.replaceAll(', ', '-')}.png`) });
}
