// Chromium without a screen, as it starts on a machine without one, as root, and without the network.
// Owns: how it starts, and what a page has sent and complained of. Must not know: what is tested.
import { chromium } from 'playwright-core';
import { Waiting } from './waiting.js';

/** Starts the system's Chromium; `CHROMIUM` names another. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Listens to a page, from before it loads anything: the frames that it sends, what it logs, and its errors. */
export function listen(page) {
  const sent = new Waiting('sent frame');
  const errors = [];
  const logged = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(JSON.parse(payload))));
  page.on('pageerror', (error) => errors.push(error));
  page.on('console', (message) => logged.push(message.text()));
  page.setDefaultTimeout(30_000);
  return { sent, errors, logged };
}
