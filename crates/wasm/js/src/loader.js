// Owns: the state machine's code: that it is loaded when it is first needed, once for all clients,
// and again after a failure. Must not know: what is done with it.

import { NetworkError } from './errors.js';

/** @import { Guest } from './guest.js' */
/** @import { WasmSource } from './index.js' */
/** @typedef {new (config: string, host: import('./guest.js').Host, snapshot?: string | null) => Guest} GuestClass */
/** @typedef {{default: (source: {module_or_path: unknown}) => Promise<unknown>, Guest: GuestClass}} Glue */

const GLUE = new URL('../dist/webmessaging.js', import.meta.url);
const WASM = new URL('../dist/webmessaging_bg.wasm', import.meta.url);

/** @type {Promise<GuestClass> | null} */
let loading = null;
let failures = 0;

/**
 * Loads the state machine; later calls give what is there. A failure is forgotten, so that the next
 * call tries again.
 * @param {WasmSource} [source] where its WebAssembly is, if not beside this file
 * @returns {Promise<GuestClass>}
 */
export function loadGuest(source) {
  loading ??= load(source).catch((cause) => {
    loading = null;
    failures += 1;
    throw new NetworkError(
      'the WebAssembly of webmessaging-client could not be loaded: check that its dist folder is ' +
        'served, and that a Content-Security-Policy has \'wasm-unsafe-eval\'; connect() tries again',
      { cause },
    );
  });
  return loading;
}

/**
 * Loads the state machine ahead of the first `connect()`, or from elsewhere than beside this file.
 * @param {WasmSource} [source]
 * @returns {Promise<void>}
 */
export async function loadWasm(source) {
  await loadGuest(source);
}

/**
 * @param {WasmSource | undefined} source
 * @returns {Promise<GuestClass>}
 */
async function load(source) {
  const glue = await importGlue();
  await glue.default({ module_or_path: source ?? (await ownWasm()) });
  return glue.Guest;
}

/** @returns {Promise<Glue>} */
async function importGlue() {
  // @ts-ignore: it is built, and described in guest.d.ts.
  if (failures === 0) return import('../dist/webmessaging.js');
  // Some browsers remember a module that could not be fetched, but only under its own address.
  const again = new URL(GLUE);
  again.searchParams.set('retry', String(failures));
  return import(/* @vite-ignore */ /* webpackIgnore: true */ again.href);
}

/** @returns {Promise<URL | Uint8Array>} */
async function ownWasm() {
  if (WASM.protocol !== 'file:') return WASM;
  // Node's fetch knows no files. The name stands in a variable so that bundlers leave it alone.
  const files = 'node:fs/promises';
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ files);
  return readFile(WASM);
}
