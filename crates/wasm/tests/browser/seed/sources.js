// The modules that are tested: the complete example of the tutorial, where its text is at hand, and one of our own.
// Owns: finding the example in the text. Must not know: what it does.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FIRST = '// web-messaging-client.js\n';
const LAST = 'export default WebMessagingSession;\n';

/** Each module's name, and its text or why there is none. */
export const SOURCES = [
  { name: 'a module with the same interface', text: readFileSync(new URL('session.js', import.meta.url), 'utf8') },
  { name: "the tutorial's complete example", ...example(process.env.SEED_DIR) },
];

function example(folder) {
  if (!folder) return { missing: 'SEED_DIR names no folder with the text of the tutorial' };
  const texts = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  if (texts.length !== 1) throw new Error(`SEED_DIR: ${texts.length} texts in ${folder}, one is expected`);
  const text = readFileSync(join(folder, texts[0]), 'utf8');
  const start = text.indexOf(FIRST);
  const end = text.indexOf(LAST, start) + LAST.length;
  if (start < 0 || end < LAST.length) throw new Error(`SEED_DIR: no complete example in ${texts[0]}`);
  return { text: text.slice(start, end) };
}
