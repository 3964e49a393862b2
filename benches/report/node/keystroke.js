// What a key costs in JavaScript, once the agent sees typing: one line of JSON.
// Owns: who takes part, in Node and in a browser, and what is told of those who can't. Must not know: what a key does.
// Usage: node keystroke.js [--quick]

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { inChromium } from './browser.js';
import { PACKAGE, example } from './sources.js';

const NAMES = ['ours', 'ours, a bound field', "the tutorial's class", 'stream-chat', 'Ably Chat'];
const quick = process.argv.includes('--quick');
const missing = {};

/** They take turns, and of all turns the best counts, since noise only adds. */
function inNode({ turns, keys }) {
  const best = {};
  for (let turn = 0; turn < turns; turn += 1) {
    for (const name of NAMES.filter((name) => !(name in missing))) {
      const script = fileURLToPath(new URL('contender.js', import.meta.url));
      const { stdout } = spawnSync(process.execPath, [script, name, keys], { encoding: 'utf8' });
      const answer = JSON.parse(stdout || '{"missing":"it ended without a word"}');
      if (answer.missing) missing[name] = answer.missing;
      else best[name] = Math.min(best[name] ?? Infinity, answer.nanoseconds);
    }
  }
  return best;
}

async function attempt(name, make) {
  try {
    return await make();
  } catch (error) {
    missing[name] = error.message.split('\n')[0];
    return null;
  }
}

function packageSize() {
  const gzip = (name) => gzipSync(readFileSync(new URL(`dist/${name}`, PACKAGE)), { level: 9 }).length;
  return gzip('webmessaging_bg.wasm') + gzip('webmessaging.js');
}

function exampleOrNone() {
  try {
    return example();
  } catch {
    return null;
  }
}

const node = inNode(quick ? { turns: 1, keys: 20_000 } : { turns: 5, keys: 100_000 });
const effort = quick ? { rounds: 5, keys: 20_000 } : { rounds: 40, keys: 100_000 };
const chromium = await attempt('Chromium', () => inChromium(PACKAGE, exampleOrNone(), effort));
const size = await attempt('size', packageSize);
process.stdout.write(`${JSON.stringify({ version: process.version, node, chromium, size, missing })}\n`);
