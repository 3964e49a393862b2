// What is left in a page of clients that are gone: nothing that a page of many conversations would pile up.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from '../lib/world.js';

/** More than chance would leave behind. */
const CLIENTS = 8;

describe('clients that are gone', () => {
  const parts = world();

  for (const leave of ['disconnect', 'free']) {
    test(`after ${leave}, no listener is left, though the client is forgotten and all was bound and kept`, async () => {
      const context = await parts.browser.newContext();
      const page = await context.newPage();
      await page.goto(`${parts.site.url}/tests/lib/blank.html`);
      const inspector = await context.newCDPSession(page);
      await inspector.send('Performance.enable');
      const come = async (count) => {
        const sessions = [];
        for (let client = 0; client < count; client++) sessions.push(await parts.emulator.session());
        await page.evaluate(comeAndGo, { sessions, endpoint: parts.emulator.endpoint, leave });
      };
      // What is made once for all clients is made here.
      await come(1);
      const before = await listenersIn(inspector);
      await come(CLIENTS);
      assert.equal(await listenersIn(inspector), before);
    });
  }
});

/** In the page: clients that come and go, one after the other. */
async function comeAndGo({ sessions, endpoint, leave }) {
  const { WebMessagingClient } = await import('/client/src/index.js');
  document.body.innerHTML = '<form><textarea></textarea></form><div></div>';
  for (const session of sessions) {
    const client = new WebMessagingClient({ ...session, endpoint, persist: true });
    client.on('message', () => {});
    client.bindComposer(document.querySelector('form'));
    client.bindMessages(document.querySelector('div'));
    await client.connect();
    await client[leave]();
  }
}

/** How many there are of what can still be reached. */
async function listenersIn(inspector) {
  // A socket is collected some time after it was closed.
  for (let round = 0; round < 3; round++) {
    await inspector.send('HeapProfiler.collectGarbage');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  const { metrics } = await inspector.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSEventListeners').value;
}
