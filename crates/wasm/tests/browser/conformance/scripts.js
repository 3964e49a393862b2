// The scripts of the repository, and what the state machine makes of each.
// Owns: finding them, and asking `webmessaging replay`. Must not know: the driver.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../lib/emulator.js';
import { comparable } from './executor.js';

const FOLDER = fileURLToPath(new URL('../../../../../tests/scripts/', import.meta.url));

/** What a browser decides or hides by itself, so that a script can't tell it otherwise. */
export const NOT_FOR_A_BROWSER = {
  access_denied: 'no page is told that an upgrade was refused with 403',
  receipts_peer_alive: 'no page can send a ping',
};

/** Every script that a browser can play: its name, its text and what must come of it. */
export function scripts() {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl')).map((file) => basename(file, '.jsonl'));
  if (names.length <= 30) throw new Error(`only ${names.length} scripts in ${FOLDER}`);
  return names.sort().map((name) => {
    const path = `${FOLDER}${name}.jsonl`;
    const transcript = execFileSync(PROGRAM, ['replay', path], { encoding: 'utf8' }).split('\n').filter(Boolean);
    return { name, text: readFileSync(path, 'utf8'), ...expected(transcript) };
  });
}

function expected(transcript) {
  const errors = transcript.map((line) => JSON.parse(line)).filter(({ error }) => error);
  return {
    lines: comparable(transcript),
    refusals: errors.map(({ at_ms, error: { input, code } }) => ({ at_ms, input, code })),
  };
}
