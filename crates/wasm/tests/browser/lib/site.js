// A web server for the tests' pages and the package, on a free port of loopback.
// Owns: which files are served, and as what. Must not know: browsers.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Where the package is served, and the tests' own files. */
const FOLDERS = {
  '/client/': new URL('../../../js/', import.meta.url),
  '/tests/': new URL('../', import.meta.url),
};

/** Serves the package under /client/, the tests under /tests/, and `files`: a text for each path. */
export async function serve(files = {}) {
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    try {
      const body = files[pathname] ?? await fromFolder(pathname);
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? TYPES['.html'] }).end(body);
    } catch (error) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    files,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

function fromFolder(pathname) {
  const [prefix, folder] = Object.entries(FOLDERS).find(([start]) => pathname.startsWith(start)) ?? [];
  const path = normalize(pathname.slice(prefix?.length));
  if (!prefix || path.startsWith('..')) throw new Error(`nothing at ${pathname}`);
  return readFile(fileURLToPath(new URL(path, folder)));
}
