// What an end-to-end test needs: an emulator, a site with the pages, a browser.
// Owns: starting and ending them around a file's tests. Must not know: what is tested.
import { after, afterEach, before } from 'node:test';
import { launch } from './chromium.js';
import { Emulator } from './emulator.js';
import { serve } from './site.js';

/** Starts it all before the tests of a `describe`, and ends it after them; `options` are the emulator's. */
export function world(start = launch, ...options) {
  const parts = {};
  before(async () => {
    parts.emulator = await Emulator.start(...options);
    parts.site = await serve();
    parts.browser = await start();
  });
  afterEach(async () => {
    await parts.emulator.heal();
    // The pages of a test end with it.
    for (const context of parts.browser.contexts()) await context.close();
  });
  after(async () => {
    await parts.browser?.close();
    await parts.site?.close();
    await parts.emulator?.stop();
  });
  return parts;
}
