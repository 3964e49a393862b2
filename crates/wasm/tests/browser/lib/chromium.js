// Chromium without a screen, as it starts on a machine without one, as root, and without the network.
// Owns: how it starts, and what a page has sent, logged and complained of. Must not know: what is tested.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { Waiting } from './waiting.js';

/** The system's Chromium; `CHROMIUM` names another. */
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium for tests: every page counts as the one that the user looks at. */
export function launch() {
  return chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });
}

/** How often a Chromium is started before one that does not answer is a failure, and how long it has to. */
const STARTS = 3;
const PATIENCE = 10_000;

/** A Chromium as users have it: one tab is in front, the others are hidden, and pages that are left are kept. */
export async function launchWithTabs() {
  for (let start = 1; ; start += 1) {
    const { address, end } = await startWithTabs();
    try {
      const browser = await chromium.connectOverCDP(address, { noDefaults: true, timeout: PATIENCE });
      return {
        context: browser.contexts()[0],
        // The context of all tabs is the browser's own, and ends with it.
        contexts: () => [],
        async close() {
          await browser.close();
          await end();
        },
      };
    } catch (error) {
      // Once in many times a Chromium takes the connection and then says nothing.
      await end();
      if (start === STARTS) throw error;
    }
  }
}

async function startWithTabs() {
  const profile = await mkdtemp(join(tmpdir(), 'webmessaging-'));
  const started = spawn(PROGRAM, [...ARGUMENTS, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => started.once('exit', resolve));
  let address;
  for await (const line of createInterface({ input: started.stderr })) {
    [, address] = line.match(/^DevTools listening on (\S+)/) ?? [];
    if (address) break;
  }
  started.stderr.resume();
  const end = async () => {
    // One that does not answer may not listen to a polite word, either.
    started.kill('SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 20 });
  };
  return { address, end };
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
