// One contender in a process of its own, where no timers of others lie in wait: one line of JSON.
// Owns: who there is in Node, and what a key takes when it comes as keys do, in a task of its own.
// Must not know: what is compared.
// Usage: node contender.js NAME KEYS

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ablyChat, streamChat } from './chat-sdks.js';
import { oursByCall, oursByField } from './ours.js';
import { PACKAGE, example } from './sources.js';
import { IMPORTS, tutorial } from './tutorial.js';

const CONTENDERS = {
  'ours': () => oursByCall(new URL('src/index.js', PACKAGE)),
  'ours, a bound field': () => oursByField(new URL('src/index.js', PACKAGE)),
  "the tutorial's class": tutorialInNode,
  'stream-chat': streamChat,
  'Ably Chat': ablyChat,
};

/** The tutorial's module with what it imports, in a folder of its own for as long as it takes to load. */
async function tutorialInNode() {
  const text = example();
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

/** Milliseconds of `count` calls, each in a task of its own; of one that gives a promise, until it is settled. */
async function inTasks({ key, ready }, count) {
  let spent = 0;
  for (let n = 0; n < count; n += 1) {
    await new Promise((resolve) => { setImmediate(resolve); });
    ready?.();
    const start = performance.now();
    const settled = key();
    if (settled instanceof Promise) await settled;
    spent += performance.now() - start;
  }
  return spent;
}

const ROUNDS = 10;

async function nanoseconds(contender, keys) {
  const count = Math.ceil(keys / ROUNDS);
  const nothing = { key: () => {}, ready: contender.ready };
  await inTasks(contender, count);
  await inTasks(nothing, count);
  let [best, clock] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round += 1) {
    best = Math.min(best, await inTasks(contender, count));
    clock = Math.min(clock, await inTasks(nothing, count));
  }
  return ((best - clock) * 1e6) / count;
}

// Peers tell what they do; standard output is for the answer.
console.log = () => {};

const [name, keys] = process.argv.slice(2);
let answer;
try {
  const contender = await CONTENDERS[name]();
  answer = { nanoseconds: await nanoseconds(contender, Number(keys)) };
} catch (error) {
  answer = { missing: error.message.split('\n')[0] };
}
// Whatever a peer has left running ends with it.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
