import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setDefaultEndpoint } from '../src/index.js';
import { connected } from './support/world.js';

afterEach(() => {
  setDefaultEndpoint(undefined);
  delete globalThis.webMessagingEndpoint;
});

const dialed = async (options) => (await connected(options)).service.socket.url.split('?')[0];

test('an endpoint or a region says where to connect', async () => {
  assert.equal(await dialed(), 'wss://webmessaging.mypurecloud.com/v1');
  assert.equal(await dialed({ endpoint: 'ws://127.0.0.1:8080' }), 'ws://127.0.0.1:8080/v1');
  assert.equal(await dialed({ endpoint: 'https://chat.example/gateway/v1' }), 'wss://chat.example/gateway/v1');
  assert.equal(await dialed({ endpoint: new URL('wss://chat.example/') }), 'wss://chat.example/v1');
  assert.equal(await dialed({ region: 'eu-central-1' }), 'wss://webmessaging.mypurecloud.de/v1');
  assert.equal(await dialed({ region: 'euw2.pure.cloud' }), 'wss://webmessaging.euw2.pure.cloud/v1');
  assert.equal(await dialed({ region: 'eu-central-1', endpoint: 'ws://h/v1' }), 'ws://h/v1');
});

test('code that cannot pass it sets it once', async () => {
  globalThis.webMessagingEndpoint = 'ws://global/v1';
  assert.equal(await dialed(), 'ws://global/v1');
  setDefaultEndpoint({ region: 'mypurecloud.ie' });
  assert.equal(await dialed(), 'wss://webmessaging.mypurecloud.ie/v1');
  setDefaultEndpoint('ws://set/v1');
  assert.equal(await dialed(), 'ws://set/v1');
  assert.equal(await dialed({ endpoint: 'ws://own/v1' }), 'ws://own/v1');
});

test('what is no address is refused', async () => {
  for (const options of [
    { endpoint: 'chat.example' }, { endpoint: 'ftp://h/' }, { endpoint: 'wss://h/v1?a=1' }, { endpoint: '' }, { endpoint: null },
    { region: 'mars-1' }, { region: '' }, { region: 'a.b/c' }, { region: 7 },
  ]) {
    await assert.rejects(connected(options), { code: 'INVALID_ARGUMENT' }, JSON.stringify(options));
  }
  assert.throws(() => setDefaultEndpoint('nowhere'), { code: 'INVALID_ARGUMENT' });
});
