// Tells how large the package's WebAssembly and glue are, and what the largest parts are. Fails
// above the ceiling, if a page could not load it, or if it names paths of the machine that built it.
// Usage: node .ci/wasm-report.mjs DIST NAMED [--small-library]: the package's dist, the same WebAssembly
// with names, and whether the standard library in it was built for size.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** What a page should have to load, with gzip; DESIGN.md says what was done for it. */
const TARGET = 72 * 1024;
/** What it may load at most: no more than that, but where the standard library can't be built for size. */
const CEILING = { small: TARGET, asItComes: 90 * 1024 };
const SHOWN = 12;
const SECTIONS = { 1: 'types', 2: 'imports', 3: 'functions', 4: 'tables', 5: 'memory', 6: 'globals', 7: 'exports', 9: 'elements', 11: 'data' };

const [dist, namedFile, library] = process.argv.slice(2);
const ceiling = library === '--small-library' ? CEILING.small : CEILING.asItComes;
const wasm = readFileSync(join(dist, 'webmessaging_bg.wasm'));
const glue = readFileSync(join(dist, 'webmessaging.js'));
const named = readFileSync(namedFile);

/** Reads what a WebAssembly file is made of. */
class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned LEB128. */
  number() {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}

const complaints = [];

const foreign = WebAssembly.Module.imports(new WebAssembly.Module(wasm))
  .filter(({ module }) => !glue.includes(`"${module}"`) && !glue.includes(`{${module}:`));
for (const { module, name } of foreign) complaints.push(`it imports ${name} from ${module}, which no page has`);

const paths = /(?:\/(?:root|home|Users|usr|tmp|work)|[A-Z]:\\)[\w./\\-]+/g;
for (const path of new Set(wasm.toString('latin1').match(paths))) complaints.push(`it names the path ${path}`);

const sizes = { 'webmessaging_bg.wasm': [wasm], 'webmessaging.js': [glue], both: [wasm, glue] };
const sum = (parts, size) => parts.reduce((total, part) => total + size(part), 0);
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
row('', 'raw', 'gzip', 'brotli');
for (const [name, parts] of Object.entries(sizes)) {
  row(name, sum(parts, (bytes) => bytes.length), sum(parts, gzip), sum(parts, (bytes) => brotliCompressSync(bytes).length));
}
const total = sum(sizes.both, gzip);
console.log(`The target is ${TARGET} gzip: ${total > TARGET ? `not met, ${(total / TARGET).toFixed(2)} times as large` : 'met'}.`);
if (total > ceiling) complaints.push(`with ${total} bytes gzip it is above the ceiling of ${ceiling}`);

console.log('\nThe largest parts, before compression:');
const parts = partsOf(named);
const all = parts.reduce((bytes, part) => bytes + part.bytes, 0);
for (const [crate, bytes] of largest(parts, (part) => crateOf(part.name))) share(crate, bytes);
console.log('\nThe largest functions:');
for (const [name, bytes] of largest(parts.filter((part) => part.isFunction), (part) => part.name)) share(name, bytes);

for (const complaint of complaints) console.error(`webmessaging_bg.wasm: ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;

function row(name, ...numbers) {
  console.log(name.padEnd(24) + numbers.map((number) => String(number).padStart(9)).join(''));
}

function share(name, bytes) {
  const shown = name.length > 90 ? `${name.slice(0, 87)}...` : name;
  console.log(`${String(bytes).padStart(8)} ${(100 * bytes / all).toFixed(1).padStart(5)} %  ${shown}`);
}

/** The heaviest groups of parts, heaviest first. */
function largest(parts, group) {
  const weights = new Map();
  for (const part of parts) weights.set(group(part), (weights.get(group(part)) ?? 0) + part.bytes);
  return [...weights].sort(([, one], [, other]) => other - one).slice(0, SHOWN);
}

/** The crate that a function is of; of an implementation's, the crate of the type. */
function crateOf(name) {
  return name.match(/^[<&]*(?:mut )?(?:dyn )?([\w.]+)(?=::)/)?.[1] ?? name;
}

/** Every function and every other section, with its bytes; without what only tells of the code. */
function partsOf(bytes) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  const imported = imports.filter(({ kind }) => kind === 'function').length;
  const parts = [];
  let names = new Map();
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === 0 && reader.text() === 'name') {
      names = functionNames(reader, end);
    } else if (id === 10) {
      for (let count = reader.number(), index = imported; count > 0; count--, index++) {
        const length = reader.number();
        parts.push({ index, bytes: length, isFunction: true });
        reader.at += length;
      }
    } else if (id !== 0) {
      parts.push({ name: SECTIONS[id] ?? `section ${id}`, bytes: end - reader.at });
    }
    reader.at = end;
  }
  return parts.map((part) => ({ name: names.get(part.index) ?? `function ${part.index}`, ...part }));
}

function functionNames(reader, end) {
  const names = new Map();
  while (reader.at < end) {
    const id = reader.byte();
    const next = reader.number() + reader.at;
    if (id === 1) {
      for (let count = reader.number(); count > 0; count--) names.set(reader.number(), withoutHashes(reader.text()));
    }
    reader.at = next;
  }
  return names;
}

/** A function's name as one writes it. */
function withoutHashes(name) {
  return name.replace(/\[[0-9a-f]{16}\]|::h[0-9a-f]{16}$/g, '');
}
