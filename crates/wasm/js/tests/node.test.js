// The package `ws` as the WebSocket, over real sockets and real time: what is checked is order and counts.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { WebMessagingClient } from '../src/index.js';
import { unhandled } from './support/world.js';

const servers = [];
after(() => {
  for (const server of servers) server.close();
});

/** A service on a port of this machine that accepts, and echoes texts. */
async function service() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const frames = [];
  server.on('connection', (socket) => {
    server.guest = socket;
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      frames.push(frame);
      const reply = (body, className) => socket.send(JSON.stringify({ type: 'message', class: className, code: 200, tracingId: frame.tracingId, body }));
      if (frame.action === 'configureSession') {
        reply({ connected: true, newSession: true }, 'SessionResponse');
        // In the same breath.
        reply({ type: 'Text', direction: 'Outbound', id: 'm-1', text: 'welcome' }, 'StructuredMessage');
      } else if (frame.message?.type === 'Text') {
        reply({ type: 'Text', direction: 'Inbound', id: 'own-1', text: frame.message.text }, 'StructuredMessage');
      }
    });
  });
  return { server, frames, endpoint: `ws://127.0.0.1:${server.address().port}` };
}

test('a conversation over the package ws', async () => {
  const { frames, endpoint, server } = await service();
  const client = new WebMessagingClient({ guestToken: 't', deploymentId: 'd', endpoint, WebSocket });
  const messages = [];
  const told = [];
  await client.connect();
  client.on('message', (message) => {
    messages.push(message.text);
    told.push(client.sendReadReceipt({ messageId: message.id }));
  });
  await client.sendTypingIndicator({ type: 'typing' });
  client.sendTypingIndicator({ type: 'stopTyping' });
  const { id } = await client.sendMessage({ text: 'hello' });
  await Promise.all(told);
  assert.equal(id, 'own-1');
  assert.deepEqual(messages, ['welcome', 'hello']);
  const kinds = frames.map(({ action, message }) => message?.events?.[0].typing.type ?? message?.type ?? action);
  assert.deepEqual(kinds.filter((kind) => kind !== 'Receipt'), ['configureSession', 'On', 'Off', 'Text']);
  const closed = new Promise((resolve) => server.guest.once('close', resolve));
  await client.disconnect();
  assert.equal(await closed, 1000);
});

test('a server that is not there is NETWORK', async () => {
  const { server, endpoint } = await service();
  await new Promise((resolve) => server.close(resolve));
  const client = new WebMessagingClient({ guestToken: 't', deploymentId: 'd', endpoint, WebSocket });
  await assert.rejects(client.connect(), { code: 'NETWORK' });
  assert.deepEqual(unhandled, []);
});
