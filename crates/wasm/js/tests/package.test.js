import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

test('the types name exactly what the package gives', async () => {
  const types = await readFile(join(root, 'src/index.d.ts'), 'utf8');
  const named = [...types.matchAll(/^export (?:declare )?(?:class|function|const) (\w+)/gm)].map(([, name]) => name);
  const given = Object.keys(await import('../src/index.js'));
  assert.deepEqual(named.sort(), given.sort());
});

test('importing it does nothing: no global, no DOM, no wasm, and the process ends', async () => {
  const script = `
    for (const name of ['WebSocket', 'document', 'window', 'sessionStorage', 'performance', 'fetch', 'crypto', 'navigator'])
      Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(name + ' was touched'); } });
    Object.defineProperty(globalThis, 'WebAssembly', { get() { throw new Error('WebAssembly was touched'); } });
    const before = Object.getOwnPropertyNames(globalThis).length;
    const { WebMessagingClient } = await import(${JSON.stringify(new URL('../src/index.js', import.meta.url).href)});
    if (typeof WebMessagingClient !== 'function') throw new Error('no client');
    if (Object.getOwnPropertyNames(globalThis).length !== before) throw new Error('a new global');
  `;
  await run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20_000 });
});

test('a client can be made and listened to where there is no DOM', async () => {
  const { WebMessagingClient } = await import('../src/index.js');
  const client = new WebMessagingClient({ guestToken: 't', deploymentId: 'd', persist: true });
  client.on('message', () => {});
  assert.equal(client.state, 'disconnected');
  assert.throws(() => new WebMessagingClient(), { code: 'INVALID_ARGUMENT' });
});

test('WebAssembly that cannot be loaded is NETWORK with its cause, and the next connect tries again', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'webmessaging-client-'));
  try {
    for (const part of ['src', 'dist', 'package.json']) await cp(join(root, part), join(copy, part), { recursive: true });
    const { WebMessagingClient } = await import(pathToFileURL(join(copy, 'src/index.js')).href);
    const client = new WebMessagingClient({ guestToken: 't', deploymentId: 'd', WebSocket: class { close() {} }, page: null });
    for (const file of ['webmessaging.js', 'webmessaging_bg.wasm']) {
      const [there, away] = [join(copy, 'dist', file), join(copy, 'dist', `${file}.away`)];
      await rename(there, away);
      await assert.rejects(client.connect(), (error) => {
        assert.deepEqual([error.code, client.state], ['NETWORK', 'disconnected']);
        assert.ok(error.cause);
        return true;
      });
      await rename(away, there);
    }
    const connecting = client.connect();
    const failing = assert.rejects(connecting, { code: 'INVALID_STATE' });
    while (client.snapshot() === null) await new Promise((resolve) => setImmediate(resolve));
    client.free();
    await failing;
  } finally {
    await rm(copy, { recursive: true });
  }
});

test('what is published has all that the source needs, and nothing else', async () => {
  const { files, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.deepEqual(files, ['src', 'dist', 'README.md']);
  for (const target of Object.values(exports).flatMap((value) => (typeof value === 'string' ? value : Object.values(value)))) {
    await readFile(join(root, target));
  }
});

test('the lock file names no registry', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  for (const [name, { resolved }] of Object.entries(lock.packages)) {
    assert.ok(resolved === undefined || resolved.startsWith('https://registry.npmjs.org/'), name);
  }
});
