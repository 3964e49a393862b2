import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { createSession } from '../src/index.js';

let server;
let url;
let answer;
const asked = [];
before(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push({ method: request.method, type: request.headers['content-type'], extra: request.headers['x-extra'], body: JSON.parse(body) });
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}/session`;
});
after(() => server.close());

test('a session is what the backend answers', async () => {
  answer = { body: JSON.stringify({ guestToken: 't', conversationId: 'c', deploymentId: 'd', expiresAt: 1 }) };
  const session = await createSession({ url, deploymentId: 'd', headers: { 'x-extra': 'e' } });
  assert.deepEqual(session, { guestToken: 't', conversationId: 'c', deploymentId: 'd', expiresAt: 1 });
  assert.deepEqual(asked.at(-1), { method: 'POST', type: 'application/json', extra: 'e', body: { deploymentId: 'd' } });
});

test('what was asked for need not be repeated in the answer', async () => {
  answer = { body: JSON.stringify({ guestToken: 't' }) };
  const session = await createSession({ url, deploymentId: 'd', conversationId: 'c' });
  assert.deepEqual(session, { guestToken: 't', conversationId: 'c', deploymentId: 'd' });
});

test('what the backend refuses is told by kind', async () => {
  for (const [given, expected] of [
    [{ status: 401 }, { name: 'AuthenticationError', code: 'AUTHENTICATION_FAILED' }],
    [{ status: 403 }, { name: 'AuthenticationError' }],
    [{ status: 429, headers: { 'retry-after': '7' } }, { code: 'RATE_LIMITED', retryAfter: 7 }],
    [{ status: 429 }, { code: 'RATE_LIMITED', retryAfter: 5 }],
    [{ status: 500 }, { code: 'NETWORK', status: 500 }],
    [{ body: 'not json' }, { code: 'NETWORK', message: /no guestToken/ }],
    [{ body: '{"guestToken":""}' }, { code: 'NETWORK', message: /no guestToken/ }],
    [{ body: 'null' }, { code: 'NETWORK' }],
  ]) {
    answer = given;
    await assert.rejects(createSession({ url }), expected, JSON.stringify(given));
  }
});

test('a backend that cannot be reached is NETWORK with its cause; an abort is an abort', async () => {
  await assert.rejects(createSession({ url: 'http://127.0.0.1:1/' }), (error) => {
    assert.equal(error.code, 'NETWORK');
    assert.ok(error.cause);
    return true;
  });
  await assert.rejects(createSession({ url, signal: AbortSignal.abort() }), { name: 'AbortError' });
  await assert.rejects(createSession({}), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(createSession(), { code: 'INVALID_ARGUMENT' });
});
