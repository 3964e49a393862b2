import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedFrame } from '../src/masking.js';
import { message, refusal, tooMany } from './support/service.js';
import { connected, within, world } from './support/world.js';

test('debug logs addresses, attempts, opens, close codes and frames', async () => {
  const lines = [];
  const { client, clock, service } = world({ debug: (line) => lines.push(line) });
  await within(clock, client.connect());
  service.newSession = false;
  service.drop();
  await within(clock, client.connect());
  const log = lines.join('\n');
  for (const part of [
    '#1 dialing wss://webmessaging.mypurecloud.com/v1?deploymentId=deployment-1 (attempt 1)', '#1 open',
    '#1 -> {"action":"configureSession"', '#1 <- {"tracingId":', '#1 closed with code 1006', '(attempt 2)',
    'connecting -> connected', 'connected -> reconnecting',
  ]) assert.ok(log.includes(part), `${part}\nin\n${log}`);
});

test('neither the token nor a text is ever logged', async () => {
  const lines = [];
  const { client, clock, service } = world({
    debug: (line) => lines.push(line), guestToken: 'TOKEN-secret', tokenProvider: () => 'TOKEN-two-secret',
  });
  client.on('frame', (frame) => lines.push(JSON.stringify(frame)));
  client.on('error', (error) => lines.push(`${error.stack} ${JSON.stringify(error)}`));
  await within(clock, client.connect());
  await within(clock, client.sendMessage({ text: 'my-secret', attributes: { id: 'attr-secret' } }));
  service.agentSays('agent-secret', { channel: { from: { nickname: 'Kim-secret' } } });
  service.push(message({
    direction: 'Outbound', type: 'Structured', id: 'm-9', metadata: { note: 'meta-secret' },
    content: [{ contentType: 'Card', card: { title: 'title-secret', actions: [{ type: 'Link', text: 't-secret', url: 'https://secret' }] } }],
  }));
  service.push({ type: 'response', class: 'JwtResponse', code: 200, body: { jwt: 'jwt-secret', exp: 1 } });
  service.push(refusal(500, 'body-secret'));
  service.push('text-secret that is no frame');
  // Even where an id should be.
  service.push(message({ direction: 'Outbound', type: 'Text', id: 'TOKEN-secret', text: 'x-secret' }));
  service.answers.text = tooMany(1);
  client.sendMessage({ text: 'again-secret' });
  await clock.advance(100);
  service.push(refusal(401, 'TOKEN-secret'));
  await clock.advance(1000);
  client.sendMessage({ text: `${'x'.repeat(5000)}-secret` });
  client.sendReadReceipt({ messageId: 'unknown' });
  await within(clock, client.disconnect());
  const log = lines.join('\n');
  assert.ok(lines.length > 20);
  assert.ok(!/secret/.test(log), log.split('\n').filter((line) => /secret/.test(line)).join('\n'));
});

test('without debug nothing is logged; debug: true goes to the console', async () => {
  const own = console.info;
  const lines = [];
  console.info = (...line) => lines.push(line.join(' '));
  try {
    await connected();
    assert.deepEqual(lines, []);
    await connected({ debug: true });
    assert.ok(lines.some((line) => line.startsWith('[webmessaging] #1 dialing wss://')));
  } finally {
    console.info = own;
  }
});

test('a debug function that throws is shown as a listener\'s error is, and changes nothing', async () => {
  const own = globalThis.reportError;
  const reported = new Set();
  globalThis.reportError = (error) => reported.add(error.message);
  try {
    const { client, clock, service } = world({ debug: (line) => { throw new Error(line); }, persist: {} });
    await within(clock, client.connect());
    assert.equal(client.state, 'connected');
    client.sendMessage({ text: 'x' });
    await clock.advance(100);
    assert.deepEqual(service.sent, ['text x']);
    await within(clock, client.disconnect());
    assert.ok(['disconnected -> connecting', '#1 open', 'connected -> disconnected'].every((start) => (
      [...reported].some((line) => line.startsWith(start)))), [...reported].join('\n'));
  } finally {
    globalThis.reportError = own;
  }
});

test('a masked frame keeps its shape and what is harmless', () => {
  const text = JSON.stringify({
    type: 'message', class: 'StructuredMessage', code: 200, token: 't', body: { text: 'hello', id: 'm-1', n: 7, ok: true, none: null, list: ['a'] },
  });
  assert.deepEqual(maskedFrame(text), {
    type: 'message', class: 'StructuredMessage', code: 200, token: '[1 characters]',
    body: { text: '[5 characters]', id: 'm-1', n: '[number]', ok: true, none: null, list: ['[1 characters]'] },
  });
  assert.equal(maskedFrame('hello'), '[5 characters]');
  assert.deepEqual(maskedFrame('{"id":"a sentence, not an id"}'), { id: '[21 characters]' });
});
