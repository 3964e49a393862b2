// The driver tells of every script what the state machine tells, to the millisecond: in Node and in Chromium.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from '../lib/chromium.js';
import { loadGuest } from '../lib/driver.js';
import { serve } from '../lib/site.js';
import { CanNotPlay, play } from './executor.js';
import { NOT_FOR_A_BROWSER, scripts } from './scripts.js';

const all = scripts();
const playable = all.filter(({ name }) => !(name in NOT_FOR_A_BROWSER));

describe('conformance in Node', () => {
  let Guest;
  before(async () => { Guest = await loadGuest(); });

  for (const script of playable) {
    test(script.name, () => assertSame(play(Guest, script.text), script));
  }

  for (const [name, reason] of Object.entries(NOT_FOR_A_BROWSER)) {
    test(`${name} can't be played: ${reason}`, () => {
      assert.throws(() => play(Guest, all.find((script) => script.name === name).text), CanNotPlay);
    });
  }
});

describe('conformance in Chromium', () => {
  let site, browser, page;
  before(async () => {
    site = await serve();
    browser = await launch();
    page = await browser.newPage();
    await page.goto(`${site.url}/tests/lib/blank.html`);
    await page.evaluate(async () => {
      const { default: init, Guest } = await import('/client/dist/webmessaging.js');
      await init();
      const { play } = await import('/tests/conformance/executor.js');
      window.playScript = (text) => play(Guest, text);
    });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  for (const script of playable) {
    test(script.name, async () => assertSame(await page.evaluate((text) => window.playScript(text), script.text), script));
  }
});

function assertSame(played, { lines, refusals }) {
  assert.deepEqual(played.lines, lines);
  const verbs = (errors) => errors.filter(({ input }) => !['transport_opened', 'transport_closed', 'frame_received'].includes(input));
  assert.deepEqual(played.refusals, verbs(refusals));
}
