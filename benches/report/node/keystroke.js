// What a key costs in JavaScript, once the agent sees typing: one line of JSON.
// Owns: who takes part, in Node and in a browser, and what is told of those who can't. Must not know: what a key does.
// Usage: node keystroke.js [--quick]

import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { inChromium } from './browser.js';
import { ablyChat, streamChat } from './chat-sdks.js';
import { ours } from './ours.js';
import { race } from './race.js';
import { exampleIn, IMPORTS, tutorial } from './tutorial.js';

const PACKAGE = new URL('../../../crates/wasm/js/', import.meta.url);
const effort = process.argv.includes('--quick') ? { rounds: 5, keys: 20_000 } : { rounds: 40, keys: 100_000 };

const missing = {};

async function attempt(name, make) {
  try {
    return await make();
  } catch (error) {
    missing[name] = error.message.split('\n')[0];
    return null;
  }
}

function example() {
  const folder = process.env.SEED_DIR;
  if (!folder || !existsSync(folder)) throw new Error('SEED_DIR names no folder with the text of the tutorial');
  const texts = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  if (texts.length !== 1) throw new Error(`SEED_DIR: ${texts.length} texts, one is expected`);
  return exampleIn(readFileSync(join(folder, texts[0]), 'utf8'));
}

/** The tutorial's module with what it imports, in a folder of its own for as long as it takes to load. */
async function tutorialInNode(text) {
  const folder = mkdtempSync(join(tmpdir(), 'tutorial-'));
  try {
    for (const [name, source] of Object.entries(IMPORTS)) {
      if (name.startsWith('.')) {
        writeFileSync(join(folder, name), source);
      } else {
        const module = join(folder, 'node_modules', name);
        mkdirSync(module, { recursive: true });
        writeFileSync(join(module, 'index.js'), source);
        writeFileSync(join(module, 'package.json'), '{"type":"module","main":"index.js"}');
      }
    }
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'session.js'), text);
    return await tutorial(await import(pathToFileURL(join(folder, 'session.js'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function packageSize() {
  const dist = new URL('dist/', PACKAGE);
  const gzip = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
  return gzip('webmessaging_bg.wasm') + gzip('webmessaging.js');
}

// Peers tell what they do; standard output is for the answer.
console.log = () => {};

const text = await attempt("the tutorial's class", () => example());
const contenders = [
  await attempt('ours', () => ours(new URL('src/index.js', PACKAGE))),
  text && (await attempt("the tutorial's class", () => tutorialInNode(text))),
  await attempt('stream-chat', streamChat),
  await attempt('Ably Chat', ablyChat),
].filter(Boolean);
const node = await race(contenders, effort);
for (const { end } of contenders) end();
const chromium = await attempt('Chromium', () => inChromium(PACKAGE, text, effort));
const size = await attempt('size', packageSize);
process.stdout.write(`${JSON.stringify({ version: process.version, node, chromium, size, missing })}\n`, () => {
  // Whatever peers have left running.
  process.exit(0);
});
