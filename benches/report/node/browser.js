// Owns: the same race in the system's Chromium, without a driver: a page that measures and posts what it saw.
// Must not know: what is measured.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { IMPORTS } from './tutorial.js';

const PATIENCE = 120_000;
const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

const page = (effort) => `<!doctype html><meta charset="utf-8"><title>keys</title>
<script type="importmap">${JSON.stringify({ imports: {
    '@genesys/cloud-web-messaging-client-sdk': '/tutorial/sdk.js',
  } })}</script>
<script type="module">
  import { race } from '/node/race.js';
  import { oursByCall, oursByField } from '/node/ours.js';
  import { tutorial } from '/node/tutorial.js';
  console.log = () => {};
  const told = (answer) => fetch('/told', { method: 'POST', body: JSON.stringify(answer) });
  try {
    const contenders = [await oursByCall('/package/src/index.js'), await oursByField('/package/src/index.js')];
    const module = await import('/tutorial/session.js').catch(() => null);
    if (module) contenders.push(await tutorial(module));
    await told({ best: await race(contenders, ${JSON.stringify(effort)}) });
  } catch (error) {
    await told({ error: String(error) });
  }
</script>`;

export async function inChromium(packageUrl, tutorialText, effort) {
  const version = spawnSync('chromium', ['--version'], { encoding: 'utf8' });
  if (version.error) throw new Error('chromium is not installed');
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const { server, told } = serve(packageUrl, tutorialText, effort);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}/`;
  const chromium = spawn('chromium', [...FLAGS, `--user-data-dir=${profile}`, address], { stdio: 'ignore' });
  const gone = once(chromium, 'exit');
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('chromium did not answer in time')), PATIENCE);
  });
  try {
    const { best, error } = await Promise.race([told, late]);
    if (error) throw new Error(error);
    return { version: version.stdout.split(' ').slice(0, 2).join(' '), ...best };
  } finally {
    clearTimeout(timer);
    chromium.kill('SIGKILL');
    await gone;
    server.close();
    server.closeAllConnections();
    // Its children may write to it yet. The call that waits repeats all of it, `rmSync` the folder itself only.
    await rm(profile, { recursive: true, force: true, maxRetries: 20 });
  }
}

function serve(packageUrl, tutorialText, effort) {
  const texts = {
    '/': page(effort),
    '/tutorial/sdk.js': IMPORTS['@genesys/cloud-web-messaging-client-sdk'],
    '/tutorial/mock-init.js': IMPORTS['./mock-init.js'],
    '/tutorial/session.js': tutorialText,
  };
  const folders = { '/node/': new URL('./', import.meta.url), '/package/': packageUrl };
  let tell;
  const told = new Promise((resolve) => { tell = resolve; });
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const chunks = await request.toArray();
      response.end();
      tell(JSON.parse(Buffer.concat(chunks).toString()));
      return;
    }
    const path = new URL(request.url, 'http://localhost').pathname;
    const [prefix, folder] = Object.entries(folders).find(([prefix]) => path.startsWith(prefix)) ?? [];
    try {
      const body = folder ? readFileSync(fileURLToPath(new URL(path.slice(prefix.length), folder))) : texts[path];
      if (body == null) throw new Error('not here');
      const type = path === '/' ? 'text/html' : TYPES[path.split('.').pop()] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return { server, told };
}
