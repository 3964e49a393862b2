import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestLocks, TestStore, page } from './support/page.js';
import { refusal } from './support/service.js';
import { connected, heard, outcome, settle, within, world } from './support/world.js';

/** A tab: a page in it is a world; the store stays when the page is loaded again. */
class Tab {
  constructor(locks = new TestLocks(), storage = new TestStore()) {
    this.locks = locks;
    this.storage = storage;
  }

  load(options = {}) {
    this.page = page();
    const { locks } = this;
    // Each page has an object of its own for the same store.
    const storage = Object.create(this.storage);
    return world({ page: this.page, persist: { storage, locks }, conversationId: 'c-1', ...options });
  }

  duplicate() {
    return new Tab(this.locks, this.storage.copy());
  }
}

async function open(made, newSession = false) {
  made.service.newSession = newSession;
  await within(made.clock, made.client.connect());
  await made.clock.advance(10);
  return made;
}

/** A page whose connection is lost, with a text that waits for the next one. */
async function withWaitingText(tab, options) {
  const made = await open(tab.load(options), true);
  made.service.drop();
  return { ...made, sent: made.client.sendMessage({ text: 'mine' }) };
}

/** What the service is sent by a page that goes on with an old session. */
async function sentBy(made) {
  const { clock, service } = await open(made);
  await clock.advance(100);
  return service.sent;
}

test('after a reload no receipt is sent twice, and none is lost', async () => {
  const tab = new Tab();
  const before = await open(tab.load(), true);
  const [read, unread, due] = ['read', 'unread', 'due'].map((text) => before.service.agentSays(text, { id: text }));
  await before.client.sendReadReceipt({ messageId: read });
  // Whatever comes after it, the service has read the receipt.
  await within(before.clock, before.client.sendMessage({ text: 'thanks' }));
  before.service.drop();
  before.client.sendReadReceipt({ messageId: due });
  tab.page.leave();
  assert.equal(before.service.socket.readyState >= 2, true);
  await settle();
  assert.equal(tab.locks.size, 0);

  const after = await open(tab.load());
  assert.deepEqual(after.service.sent, ['read due']);
  await after.client.sendReadReceipt({ messageId: read });
  await after.client.sendReadReceipt({ messageId: due });
  await after.client.sendReadReceipt({ messageId: unread });
  await after.clock.advance(10);
  assert.deepEqual(after.service.sent, ['read due', 'read unread']);
});

test('a text that waits goes out after a reload, under its key; one under way asks the user', async () => {
  const tab = new Tab();
  const before = await open(tab.load(), true);
  before.service.answers.text = null;
  before.client.sendMessage({ text: 'a' });
  before.client.sendMessage({ text: 'b' });
  tab.page.leave();

  const after = tab.load();
  const statuses = heard(after.client, 'messageStatus', 'message');
  await open(after);
  await after.clock.advance(100);
  assert.deepEqual(after.service.sent, ['text b']);
  assert.deepEqual(after.client.unsentTexts(), [{ key: 1, text: 'a', status: 'unconfirmed' }]);
  assert.deepEqual(statuses.map(([, { key, status, text }]) => [key, status ?? text]), [
    [1, 'unconfirmed'], [2, 'sending'], [2, 'sent'], [2, 'b'],
  ]);
  const again = await within(after.clock, after.client.retry(1));
  assert.equal(again.key, 1);
  const next = await within(after.clock, after.client.sendMessage({ text: 'c' }));
  assert.equal(next.key, 3, 'no key comes twice');
});

test('a duplicated tab starts empty and sends nothing of the other\'s', async () => {
  const tab = new Tab();
  const first = await open(tab.load(), true);
  first.service.drop();
  first.service.dial = 'refuse';
  first.client.sendMessage({ text: 'mine' });
  tab.page.show(false);
  assert.equal(tab.storage.items.size, 1, 'a hidden page is saved');
  const twin = tab.duplicate();
  const second = await open(twin.load());
  await second.clock.advance(1000);
  assert.deepEqual(second.service.sent, []);
  assert.deepEqual(second.client.unsentTexts(), []);
  assert.equal(second.client.state, 'connected');

  // Each has a snapshot of its own from here on.
  second.service.drop();
  second.client.sendMessage({ text: 'the twin\'s' });
  twin.page.leave();
  assert.deepEqual(await sentBy(twin.load()), ['text the twin\'s']);
});

test('what is shown again is not in the store: it would be a lie by the next text', async () => {
  const tab = new Tab();
  const { client, clock } = await open(tab.load(), true);
  tab.page.show(false);
  tab.page.show(true);
  assert.equal(tab.storage.items.size, 0);
  tab.page.show(false);
  await within(clock, client.disconnect());
  assert.equal(tab.storage.items.size, 1);
});

test('a page that crashes after a reload has left nothing that could be sent again', async () => {
  const tab = new Tab();
  await withWaitingText(tab);
  tab.page.leave();
  assert.deepEqual(await sentBy(tab.load()), ['text mine']);
  // Its lock goes with it.
  const next = await open(new Tab(new TestLocks(), tab.storage).load());
  await next.clock.advance(100);
  assert.deepEqual(next.service.sent, []);
});

test('a hidden page that goes on and is then thrown away is saved as it was last', async () => {
  const tab = new Tab();
  const { client, clock, service } = await open(tab.load(), true);
  service.drop();
  client.sendMessage({ text: 'waits' });
  tab.page.show(false);
  service.newSession = false;
  await within(clock, client.connect());
  await clock.advance(100);
  assert.deepEqual(service.sent, ['text waits']);
  service.drop();
  client.sendMessage({ text: 'waits, too' });
  await settle();
  assert.deepEqual(await sentBy(new Tab(new TestLocks(), tab.storage).load()), ['text waits, too']);
});

test('a page that comes back as it was goes on, promises and all', async () => {
  const tab = new Tab();
  const { client, clock, service } = await open(tab.load(), true);
  const id = service.agentSays('hello');
  service.answers.text = null;
  const underWay = client.sendMessage({ text: 'a' });
  const waiting = client.sendMessage({ text: 'b' });
  tab.page.leave();
  const receipt = outcome(underWay);
  delete service.answers.text;
  service.newSession = false;
  const states = heard(client, 'connectionStateChange');
  await clock.advance(1000);
  assert.equal(service.sockets.length, 1, 'it sleeps');
  tab.page.comeBack();
  await within(clock, waiting);
  assert.equal(await receipt, 'pending');
  await assert.rejects(underWay, { code: 'MESSAGE_UNCONFIRMED', key: 1 });
  assert.deepEqual(states.map(([, state]) => state), ['reconnecting', 'connected']);
  await client.sendReadReceipt({ messageId: id });
  await clock.advance(10);
  assert.deepEqual(service.sent, ['text a', 'text b', `read ${id}`]);
});

test('a page without persistence comes back as well', async () => {
  const around = page();
  const { client, clock, service } = await connected({ page: around });
  around.leave();
  service.newSession = false;
  await clock.advance(10);
  around.comeBack();
  await within(clock, client.sendMessage({ text: 'back' }).catch(() => client.connect()));
  await clock.advance(100);
  assert.equal(client.state, 'connected');
  assert.equal(service.sockets.length, 2);
});

test('a page that comes back after a twin has taken over starts empty', async () => {
  const tab = new Tab();
  const { sent, ...first } = await withWaitingText(tab);
  tab.page.leave();
  const twin = tab.duplicate();
  assert.deepEqual(await sentBy(twin.load()), ['text mine']);
  first.service.newSession = false;
  tab.page.comeBack();
  await first.clock.advance(2000);
  assert.deepEqual(first.service.sent, []);
  await assert.rejects(sent, { code: 'MESSAGE_UNCONFIRMED' });
});

test('a page that comes back after the next one went on with its session starts empty', async () => {
  const tab = new Tab();
  const { sent, ...first } = await withWaitingText(tab);
  const { page: left } = tab;
  left.leave();
  assert.deepEqual(await sentBy(tab.load()), ['text mine']);
  tab.page.leave();
  first.service.newSession = false;
  left.comeBack();
  await first.clock.advance(2000);
  assert.deepEqual(first.service.sent, []);
  await assert.rejects(sent, { code: 'MESSAGE_UNCONFIRMED' });
});

test('what is discarded after the end is not sent after a reload', async () => {
  const tab = new Tab();
  const { client, clock, service } = await open(tab.load(), true);
  service.drop();
  client.sendMessage({ text: 'no' });
  client.sendMessage({ text: 'yes' });
  service.newSession = false;
  service.answers.configure = refusal(401);
  await clock.advance(5000);
  assert.equal(client.state, 'disconnected');
  client.discard(1);
  await settle();
  const after = await open(tab.load());
  await after.clock.advance(100);
  assert.deepEqual(after.service.sent, ['text yes']);
});

test('of two clients in a page, the first one has the key; the other keeps nothing, and takes nothing', async () => {
  const tab = new Tab();
  const lines = [];
  const one = tab.load();
  await open(one, true);
  const two = one.make({ conversationId: 'c-2', debug: (line) => lines.push(line) });
  await within(one.clock, two.connect());
  assert.match(lines.join('\n'), /another client of this page has the key/);
  one.service.dial = 'refuse';
  for (const socket of one.service.sockets) socket.ends(1006);
  one.client.sendMessage({ text: 'one' });
  two.sendMessage({ text: 'two' });
  tab.page.leave();
  const after = await open(tab.load());
  await after.clock.advance(100);
  assert.deepEqual(after.service.sent, ['text one']);

  after.client.free();
  const next = after.make({ conversationId: 'c-2' });
  await within(after.clock, next.connect());
  tab.page.leave();
  assert.match([...tab.storage.items.values()].join(), /conversation c-2/, 'the key is free again');
});

test('a reload while the old page still holds the lock waits for it', async () => {
  const tab = new Tab();
  await withWaitingText(tab);
  tab.page.show(false);
  const old = tab.page;
  const after = tab.load();
  const opening = open(after);
  await after.clock.advance(100);
  old.leave();
  await opening;
  assert.deepEqual(after.service.sent, ['text mine']);
});

test('what is stored of another guest is not used, and removed', async () => {
  const tab = new Tab();
  await withWaitingText(tab);
  tab.page.leave();
  assert.deepEqual(await sentBy(tab.load({ conversationId: 'c-2', guestToken: 'other' })), []);
  assert.equal(tab.storage.items.size, 0);
});

test('a further token of the same conversation goes on with it', async () => {
  const claims = Buffer.from(JSON.stringify({ conversationId: 'c-1' })).toString('base64url');
  for (const [first, second] of [
    [{ guestToken: 'token-1' }, { guestToken: 'token-2' }],
    [`e30.${claims}.one`, `e30.${claims}.two`].map((guestToken) => ({ guestToken, conversationId: undefined })),
  ]) {
    const tab = new Tab();
    await withWaitingText(tab, first);
    tab.page.leave();
    assert.deepEqual(await sentBy(tab.load(second)), ['text mine']);
  }
});

test('without a conversation id the token tells whose it is, and is not stored', async () => {
  const tab = new Tab();
  await withWaitingText(tab, { conversationId: undefined });
  tab.page.leave();
  assert.ok(![...tab.storage.items.values()].join().includes('secret-token'));
  const other = await open(tab.duplicate().load({ conversationId: undefined, guestToken: 'another-token' }));
  assert.deepEqual(other.client.unsentTexts(), []);
  assert.deepEqual(await sentBy(tab.load({ conversationId: undefined })), ['text mine']);
});

test('a store that is full, forbidden or full of nonsense breaks nothing', async () => {
  const forbidden = {
    getItem() { throw new Error('SecurityError'); },
    setItem() { throw new Error('QuotaExceededError'); },
    removeItem() { throw new Error('SecurityError'); },
  };
  for (const storage of [forbidden, ...['nonsense', '{}', 'null', JSON.stringify({ lock: 'l', identity: 'conversation c-1', snapshot: '{"version":1}' })]
    .map((stored) => new TestStore([['webmessaging:deployment-1', stored]]))]) {
    const tab = new Tab(new TestLocks(), storage);
    const { client } = await open(tab.load(), true);
    assert.equal(client.state, 'connected');
    tab.page.show(false);
    tab.page.leave();
  }
});

test('without locks nothing is kept, unless the host vouches for it', async () => {
  const tab = new Tab(null);
  await withWaitingText(tab);
  tab.page.leave();
  assert.equal(tab.storage.items.size, 0);

  const vouched = new Tab(false);
  await withWaitingText(vouched);
  vouched.page.leave();
  assert.deepEqual(await sentBy(vouched.load()), ['text mine']);
});

test('persist: true is the platform\'s own; where there is none, nothing happens', async () => {
  const { client, clock } = world({ persist: true });
  await within(clock, client.connect());
  await within(clock, client.disconnect());
});

test('disconnect and free leave no listener on the page', async () => {
  const tab = new Tab();
  const { client, clock } = await open(tab.load(), true);
  await within(clock, client.disconnect());
  client.free();
  const stored = [...tab.storage.items.values()];
  tab.page.leave();
  tab.page.comeBack();
  assert.deepEqual([...tab.storage.items.values()], stored);
  assert.equal(client.state, 'disconnected');
  assert.equal(tab.locks.size, 0);
});

test('a snapshot is text, goes on elsewhere, and holds no token', async () => {
  const before = await connected();
  assert.equal(world().client.snapshot(), null);
  before.service.drop();
  before.client.sendMessage({ text: 'mine' });
  const restore = before.client.snapshot();
  assert.ok(!restore.includes('secret-token'));
  assert.deepEqual(await sentBy(world({ restore })), ['text mine']);
  const broken = world({ restore: 'nonsense' });
  await assert.rejects(within(broken.clock, broken.client.connect()), { code: 'INVALID_ARGUMENT', message: /snapshot/ });
});

test('a failed first dial after a reload loses nothing', async () => {
  const tab = new Tab();
  await withWaitingText(tab);
  tab.page.leave();
  const after = tab.load();
  after.service.dial = 'refuse';
  await assert.rejects(within(after.clock, after.client.connect()), { code: 'NETWORK' });
  assert.deepEqual(after.client.unsentTexts(), [{ key: 1, text: 'mine', status: 'queued' }]);
  tab.page.leave();
  after.service.dial = 'open';
  await open(after);
  await after.clock.advance(100);
  assert.deepEqual(after.service.sent, ['text mine']);
});

test('left after a failed first dial, nothing is lost either', async () => {
  const tab = new Tab();
  await withWaitingText(tab);
  tab.page.leave();
  const after = tab.load();
  after.service.dial = 'refuse';
  await assert.rejects(within(after.clock, after.client.connect()), { code: 'NETWORK' });
  tab.page.leave();
  assert.deepEqual(await sentBy(tab.load()), ['text mine']);
});

test('freed while it waits for what was kept, a client leaves it for the next one', async () => {
  const tab = new Tab();
  await withWaitingText(tab);
  tab.page.show(false);
  const old = tab.page;
  const impatient = tab.load();
  const failing = assert.rejects(impatient.client.connect(), { code: 'INVALID_STATE' });
  await impatient.clock.advance(100);
  impatient.client.free();
  await failing;
  old.leave();
  await impatient.clock.advance(1000);
  assert.equal(tab.locks.size, 0);
  assert.deepEqual(await sentBy(tab.load()), ['text mine']);
});
