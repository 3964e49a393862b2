// The driver's glue, as Node loads it.
// Owns: where it is. Must not know: what it is for.
import { readFile } from 'node:fs/promises';

const DIST = new URL('../../../js/dist/', import.meta.url);

/** Loads the WebAssembly and gives the class `Guest`. */
export async function loadGuest() {
  const { default: init, Guest } = await import(new URL('webmessaging.js', DIST));
  await init({ module_or_path: await readFile(new URL('webmessaging_bg.wasm', DIST)) });
  return Guest;
}
