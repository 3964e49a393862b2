// Gives the glue the names that wasm-opt gave the imports and exports of the WebAssembly: those that
// wasm-bindgen makes up are long and end in sixteen random digits, which nothing packs.
// Usage: node short-names.mjs GLUE <NAMES: what wasm-opt --minify-imports-and-exports-and-modules prints.
import { readFileSync, writeFileSync } from 'node:fs';

const [glueFile] = process.argv.slice(2);
const { imports, exports } = JSON.parse(readFileSync(0, 'utf8').replace(/,(\s*[\]}])/g, '$1'));
let glue = readFileSync(glueFile, 'utf8');

/** @param {RegExp} written the name where it is used; in the replacement `$1` is what stands before it */
function rename(name, written, short) {
  const renamed = glue.replace(written, (_, before) => before + short);
  if (renamed === glue) throw new Error(`${glueFile} does not use ${name}`);
  glue = renamed;
}

const literal = (name) => name.replace(/[.$]/g, '\\$&');
for (const [, name, short] of imports) rename(name, new RegExp(`^(\\s*)${literal(name)}(?=:)`, 'gm'), `"${short}"`);
for (const [name, short] of exports) {
  // A name that the glue does not use is one for the loader.
  if (glue.includes(`wasm.${name}`)) rename(name, new RegExp(`(\\bwasm\\.)${literal(name)}\\b`, 'g'), short);
}
rename('the module', /(")\.\/webmessaging_bg\.js(?=": )/g, 'a');
writeFileSync(glueFile, glue);
