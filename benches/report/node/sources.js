// Owns: where the package and the tutorial's text are. Must not know: what is done with them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { exampleIn } from './tutorial.js';

export const PACKAGE = new URL('../../../crates/wasm/js/', import.meta.url);

/** The tutorial's complete example, out of its text in SEED_DIR. */
export function example() {
  const folder = process.env.SEED_DIR;
  if (!folder || !existsSync(folder)) throw new Error('SEED_DIR names no folder with the text of the tutorial');
  const texts = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  if (texts.length !== 1) throw new Error(`SEED_DIR: ${texts.length} texts, one is expected`);
  return exampleIn(readFileSync(join(folder, texts[0]), 'utf8'));
}
