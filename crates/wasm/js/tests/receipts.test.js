import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedReadOnly, refusal } from './support/service.js';
import { connected, heard, outcome, within, world } from './support/world.js';

const read = (client, messageId, more = {}) => client.sendReadReceipt({ messageId, ...more });

test('a message is read once, however often it is said', async () => {
  const { client, clock, service } = await connected();
  const statuses = heard(client, 'messageStatus');
  const id = service.agentSays('hello');
  await Promise.all([read(client, id), read(client, id)]);
  await read(client, id);
  await clock.advance(1000);
  assert.deepEqual(service.sent, [`read ${id}`]);
  assert.deepEqual(statuses, [['messageStatus', { id, status: 'read' }]]);
});

test('within the handler of a message, as the tutorial does it', async () => {
  const { client, clock, service } = await connected();
  const receipts = [];
  client.on('message', ({ id }) => receipts.push(read(client, id)));
  service.agentSays('one', { id: 'm-1' });
  await within(clock, client.sendMessage({ text: 'mine' }));
  service.agentSays('two', { id: 'm-2' });
  await Promise.all(receipts);
  await clock.advance(100);
  assert.equal(receipts.length, 3, 'own messages are announced too');
  assert.deepEqual(service.sent, ['read m-1', 'text mine', 'read m-2']);
});

test('an unknown message is MESSAGE_NOT_FOUND, and nothing is sent', async () => {
  const { client, clock, service } = await connected();
  await assert.rejects(read(client, 'm-9'), { code: 'MESSAGE_NOT_FOUND', messageId: 'm-9' });
  await clock.advance(100);
  assert.deepEqual(service.sent, []);
});

test('a message of another conversation is MESSAGE_NOT_FOUND', async () => {
  const { client, service } = await connected({ conversationId: 'c-1' });
  const id = service.agentSays('hello');
  await assert.rejects(read(client, id, { conversationId: 'c-2' }), { code: 'MESSAGE_NOT_FOUND' });
  await read(client, id, { conversationId: 'c-1' });
});

test('without an id, it is INVALID_ARGUMENT', async () => {
  const { client } = await connected();
  for (const messageId of [undefined, null, '', 3]) {
    await assert.rejects(read(client, messageId), { code: 'INVALID_ARGUMENT' });
  }
});

test('while reconnecting, a receipt waits and settles when it is written', async () => {
  const { client, clock, service } = await connected();
  const id = service.agentSays('hello');
  service.drop();
  service.newSession = false;
  const receipt = read(client, id);
  assert.equal(await outcome(receipt), 'pending');
  await within(clock, receipt);
  await clock.advance(100);
  assert.deepEqual(service.sent, [`read ${id}`]);
});

test('not connected, it is INVALID_STATE', async () => {
  const { client, clock } = world();
  await assert.rejects(read(client, 'm-1'), { code: 'INVALID_STATE' });
  const connecting = client.connect();
  await assert.rejects(read(client, 'm-1'), { code: 'INVALID_STATE', message: /connecting/ });
  await within(clock, connecting);
  await within(clock, client.disconnect());
  await assert.rejects(read(client, 'm-1'), { code: 'INVALID_STATE' });
});

test('what waits is settled by disconnect, by free, and by the end of the conversation', async () => {
  for (const end of ['disconnect', 'free', 'readonly']) {
    const { client, clock, service } = await connected();
    const document = Object.assign(new EventTarget(), { hidden: true });
    const hidden = await connected({ page: { document } });
    const id = hidden.service.agentSays('hello');
    const receipt = read(hidden.client, id);
    assert.equal(await outcome(receipt), 'pending', 'nobody can see it');
    if (end === 'readonly') hidden.service.push(endedReadOnly());
    else hidden.client[end]();
    await assert.rejects(receipt, { code: 'INVALID_STATE' }, end);
    await within(clock, client.disconnect());
    assert.deepEqual(hidden.service.sent, []);
    void service;
  }
});

test('in a hidden page it waits for somebody to look', async () => {
  const document = Object.assign(new EventTarget(), { hidden: true });
  const { client, clock, service } = await connected({ page: { document } });
  const receipt = read(client, service.agentSays('hello', { id: 'm-1' }));
  await clock.advance(10_000);
  assert.deepEqual(service.sent, []);
  document.hidden = false;
  document.dispatchEvent(new Event('visibilitychange'));
  await within(clock, receipt);
  await clock.advance(100);
  assert.deepEqual(service.sent, ['read m-1']);
});

test('a receipt that the service does not know is told as an error', async () => {
  const { client, clock, service } = await connected();
  const errors = heard(client, 'error');
  service.answers.receipt = refusal(404);
  const id = service.agentSays('hello');
  await read(client, id);
  await clock.advance(100);
  assert.deepEqual(errors.map(([, { code, messageId }]) => [code, messageId]), [['MESSAGE_NOT_FOUND', id]]);
  await read(client, id);
});

test('where receipts are refused or not on the wire, the host is told what was read', async () => {
  const { client, clock, service } = await connected({ profile: 'live' });
  const statuses = heard(client, 'messageStatus');
  await read(client, service.agentSays('hello', { id: 'm-1' }));
  assert.deepEqual(statuses, [['messageStatus', { id: 'm-1', status: 'read' }]]);
  await clock.advance(100);
  assert.deepEqual(service.sent, []);

  const refused = await connected();
  const errors = heard(refused.client, 'error');
  refused.service.answers.receipt = refusal(400);
  await read(refused.client, refused.service.agentSays('one'));
  await refused.clock.advance(100);
  assert.deepEqual(errors.map(([, { code, capability }]) => [code, capability]), [['NOT_SUPPORTED', 'receipts']]);
  await read(refused.client, refused.service.agentSays('two'));
});

test('messages of the host\'s history can be read, own and read ones need no receipt', async () => {
  const { client, clock, service } = world();
  client.restoreMessages([
    { id: 'old-1', senderId: 'agent' }, { id: 'old-2', senderId: 'agent', read: true }, { id: 'old-3', senderId: 'guest' },
  ]);
  await within(clock, client.connect());
  client.restoreMessages([{ id: 'old-4', senderId: 'agent' }]);
  for (const id of ['old-1', 'old-2', 'old-3', 'old-4']) await read(client, id);
  await clock.advance(100);
  assert.deepEqual(service.sent, ['read old-1', 'read old-4']);
});

test('a history that is none is refused as a whole, and one may be long', async () => {
  const { client, service } = await connected();
  const fine = { id: 'fine', senderId: 'agent' };
  for (const history of [undefined, null, 5, [fine, null], [fine, {}], [fine, { id: 5, senderId: 'agent' }]]) {
    assert.throws(() => client.restoreMessages(history), { code: 'INVALID_ARGUMENT' });
  }
  await assert.rejects(client.sendReadReceipt({ messageId: 'fine' }), { code: 'MESSAGE_NOT_FOUND' });
  const long = Array.from({ length: 150_000 }, () => fine);
  client.restoreMessages([{ id: '', senderId: 'guest' }, ...long]);
  await client.sendReadReceipt({ messageId: 'fine' });
  assert.equal(service.frames.length, 2);
});

test('in a new session the messages of the old one are not found', async () => {
  const { client, clock, service } = await connected();
  const events = heard(client, 'conversationReplaced');
  const id = service.agentSays('hello');
  service.drop();
  const receipt = read(client, id);
  const failing = assert.rejects(receipt, { code: 'MESSAGE_NOT_FOUND' });
  await within(clock, client.connect());
  await failing;
  await assert.rejects(read(client, id), { code: 'MESSAGE_NOT_FOUND' });
  assert.equal(events.length, 1);
  assert.deepEqual(service.sent, []);
});

test('a message that the full ledger has forgotten is not found, for all who asked', async () => {
  const document = Object.assign(new EventTarget(), { hidden: true });
  const { client, service } = await connected({ page: { document }, limits: { messages: 1 } });
  const id = service.agentSays('old');
  const first = read(client, id);
  service.agentSays('new');
  await assert.rejects(read(client, id), { code: 'MESSAGE_NOT_FOUND' });
  await assert.rejects(first, { code: 'MESSAGE_NOT_FOUND' });
});
