import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { TestElement, TestIntersectionObserver, TestMutationObserver, listeners, page } from './support/page.js';
import { connected, heard, within, world } from './support/world.js';

beforeEach(() => {
  globalThis.IntersectionObserver = TestIntersectionObserver;
  globalThis.MutationObserver = TestMutationObserver;
  TestIntersectionObserver.all.clear();
  TestMutationObserver.all.clear();
});

const observer = () => [...TestIntersectionObserver.all][0];

/** A connected client with `count` agent messages, each with its element in a bound container. */
async function bound(count, options, more) {
  const made = await connected(more);
  const elements = Array.from({ length: count }, (_, n) => new TestElement(made.service.agentSays('text', { id: `m-${n}` })));
  const container = new TestElement();
  container.add(...elements);
  const unbind = made.client.bindMessages(container, options);
  return { ...made, container, elements, unbind, reads: () => made.service.sent.map((sent) => sent.replace('read ', '')) };
}

test('a message is read when half of it was seen for half a second, once', async () => {
  const { clock, elements: [one, two], reads } = await bound(2);
  observer().tell([one, 0.5], [two, 0.49]);
  await clock.advance(499);
  assert.deepEqual(reads(), []);
  await clock.advance(1);
  assert.deepEqual(reads(), ['m-0']);
  observer().tell([two, 1]);
  await clock.advance(10_000);
  assert.deepEqual(reads(), ['m-0', 'm-1']);
  assert.deepEqual([...observer().watched], [], 'nothing is looked at any more');
});

test('more or less of it, as long as it is enough, changes nothing', async () => {
  const { clock, elements: [one], reads } = await bound(1);
  observer().tell([one, 0.5]);
  await clock.advance(300);
  observer().tell([one, 1]);
  await clock.advance(100);
  observer().tell([one, 0.7]);
  await clock.advance(100);
  assert.deepEqual(reads(), ['m-0']);
});

test('what is scrolled past is not read; its time starts again', async () => {
  const { clock, elements, reads } = await bound(40);
  for (const element of elements) {
    observer().tell([element, 1]);
    await clock.advance(20);
    observer().tell([element, 0]);
  }
  const last = elements.at(-1);
  observer().tell([last, 1]);
  await clock.advance(490);
  assert.deepEqual(reads(), []);
  await clock.advance(10);
  assert.deepEqual(reads(), ['m-39']);
});

test('one observer of each kind serves all messages', async () => {
  await bound(40);
  assert.equal(TestIntersectionObserver.all.size, 1);
  assert.equal(TestMutationObserver.all.size, 1);
});

test('in a hidden page nothing is read, and the time starts again when it is shown', async () => {
  const around = page();
  const { clock, elements: [one], reads } = await bound(1, {}, { page: around });
  observer().tell([one, 1]);
  await clock.advance(400);
  around.show(false);
  await clock.advance(10_000);
  assert.deepEqual(reads(), []);
  around.show(true);
  await clock.advance(499);
  assert.deepEqual(reads(), []);
  await clock.advance(1);
  assert.deepEqual(reads(), ['m-0']);
});

test('messages that come later count too, however deep they come', async () => {
  const { clock, container, service, reads } = await bound(0);
  const inner = new TestElement(service.agentSays('later', { id: 'm-1' }));
  container.add(new TestElement().add(inner));
  observer().tell([inner, 1]);
  await clock.advance(500);
  assert.deepEqual(reads(), ['m-1']);
});

test('a message that is taken away before its time is not read', async () => {
  const { clock, container, elements: [one, two], reads } = await bound(2);
  observer().tell([one, 1], [two, 1]);
  await clock.advance(400);
  container.remove(one);
  assert.ok(!observer().watched.has(one));
  await clock.advance(1000);
  assert.deepEqual(reads(), ['m-1']);
});

test('another id in the same element is another message', async () => {
  const { clock, service, elements: [one], reads } = await bound(1);
  observer().tell([one, 1]);
  await clock.advance(500);
  one.name(service.agentSays('next', { id: 'm-9' }));
  observer().tell([one, 1]);
  await clock.advance(500);
  assert.deepEqual(reads(), ['m-0', 'm-9']);
});

test('an element that changes in other ways is the same message', async () => {
  const { clock, elements: [one], reads } = await bound(1);
  observer().tell([one, 1]);
  await clock.advance(400);
  one.name('m-0');
  await clock.advance(100);
  assert.deepEqual(reads(), ['m-0']);
  one.name('m-0');
  assert.deepEqual([...observer().watched], []);
});

test('a message that the session does not know yet is read once it does', async () => {
  const { client, clock, container, service, reads } = await bound(0);
  const [early, old, mine] = [new TestElement('m-1'), new TestElement('old-1'), new TestElement('own-9')];
  container.add(early, old, mine);
  observer().tell([early, 1], [old, 1], [mine, 1]);
  await clock.advance(1000);
  assert.deepEqual(reads(), []);
  service.agentSays('now', { id: 'm-1' });
  client.restoreMessages([{ id: 'old-1', senderId: 'agent' }, { id: 'own-9', senderId: 'guest' }]);
  await clock.advance(1);
  assert.deepEqual(reads(), ['m-1', 'old-1']);
  assert.deepEqual([...observer().watched], []);
});

test('bound before connect, what is on screen is read after it', async () => {
  const { client, clock, service } = world();
  const container = new TestElement();
  const element = new TestElement('old-1');
  container.add(element);
  client.bindMessages(container);
  client.restoreMessages([{ id: 'old-1', senderId: 'agent' }]);
  observer().tell([element, 1]);
  await clock.advance(1000);
  await within(clock, client.connect());
  await clock.advance(10);
  assert.deepEqual(service.sent, ['read old-1']);
});

test('while reconnecting the session takes what was seen, and tells it afterwards', async () => {
  const { client, clock, service, elements: [one], reads } = await bound(1);
  service.newSession = false;
  service.drop();
  observer().tell([one, 1]);
  await clock.advance(500);
  assert.ok(!observer().watched.has(one));
  if (client.state !== 'connected') await within(clock, client.connect());
  await clock.advance(10);
  assert.deepEqual(reads(), ['m-0']);
});

test('a message that is taller than its room is read when it fills enough of that', async () => {
  const { clock, container, elements: [tall], reads } = await bound(1);
  container.clientHeight = 300;
  observer().tell([tall, 0.1, 149]);
  await clock.advance(1000);
  assert.deepEqual(reads(), []);
  observer().tell([tall, 0.15, 150]);
  await clock.advance(500);
  assert.deepEqual(reads(), ['m-0']);
  assert.ok(observer().options.threshold.includes(0.15), 'it is told on the way');
});

test('what is around cuts off, too, but not what does not hold it, nor what hides nothing', async () => {
  for (const [read, style, own] of [
    [true, { overflowY: 'auto' }], [true, { overflowY: 'hidden' }],
    [false, { overflowY: 'visible' }],
    [false, { overflowY: 'auto' }, { position: 'absolute' }],
    [true, { overflowY: 'auto', position: 'relative' }, { position: 'absolute' }],
    [false, { overflowY: 'auto', position: 'relative' }, { position: 'fixed' }],
  ]) {
    const { clock, container, elements: [tall], reads } = await bound(1);
    const around = new TestElement();
    around.add(container);
    around.clientHeight = 200;
    Object.assign(around.style, { position: 'static', ...style });
    Object.assign(container.style, own);
    observer().tell([tall, 0.1, 100]);
    await clock.advance(500);
    assert.deepEqual(reads(), read ? ['m-0'] : [], JSON.stringify({ style, own }));
    observer().disconnect();
  }
});

test('however tall a message, and whatever part is asked, it is told on the way once enough is filled with it', async () => {
  for (const threshold of [0.1, 0.5, 0.8, 1]) {
    await bound(1, { threshold });
    const steps = observer().options.threshold;
    assert.ok(steps.length < 50);
    for (const rooms of [1.2, 7, 21, 45, 100, 333]) {
      // What is asked, to as much as there can be of it.
      const [least, most] = [Math.min(threshold, 0.8) / rooms, 1 / rooms];
      assert.ok(steps.some((step) => step >= least - 1e-9 && step <= most), `${threshold} of ${rooms} rooms`);
    }
    observer().disconnect();
  }
});

test('of one that is taller than its room, no more is asked than a step lets it show; of others, all', async () => {
  const { clock, elements: [fits, tall], reads } = await bound(2, { threshold: 1 });
  observer().tell([fits, 330 / 390, 330], [tall, 330 / 4000, 330]);
  await clock.advance(500);
  assert.deepEqual(reads(), ['m-1']);
});

test('a dwell of months waits, and does not ring at once', async () => {
  const { clock, elements: [one], reads } = await bound(1, { dwell: 2 ** 33 });
  observer().tell([one, 1]);
  const waits = [...clock.timers.values()].map(({ at }) => at - clock.time);
  assert.ok(waits.every((ms) => ms < 2 ** 31), `no time-out can be that long: ${waits}`);
  await clock.advance(2 ** 33 - 1);
  assert.deepEqual(reads(), []);
  await clock.advance(1);
  assert.deepEqual(reads(), ['m-0']);
});

test('selector, threshold and dwell are the binding\'s own', async () => {
  const made = await connected();
  const container = new TestElement();
  const agent = new TestElement(made.service.agentSays('text', { id: 'm-1' }), 'message-agent');
  container.add(agent, new TestElement('m-2', 'message-guest'));
  made.client.bindMessages(container, { selector: '.message-agent', threshold: 0.9, dwell: 0 });
  assert.deepEqual([...observer().watched], [agent]);
  observer().tell([agent, 0.8]);
  await made.clock.advance(1);
  assert.deepEqual(made.service.sent, []);
  observer().tell([agent, 0.9]);
  await made.clock.advance(1);
  assert.deepEqual(made.service.sent, ['read m-1']);
  for (const options of [
    { threshold: 0 }, { threshold: 1.1 }, { threshold: NaN }, { threshold: '0.5' }, { threshold: true },
    { dwell: -1 }, { dwell: Infinity }, { dwell: NaN }, { dwell: '500' }, { dwell: 500n }, { dwell: null },
  ]) {
    assert.throws(() => made.client.bindMessages(container, options), { code: 'INVALID_ARGUMENT' });
  }
  assert.throws(() => made.client.bindMessages(null), { code: 'INVALID_ARGUMENT' });
});

test('unbound, nothing is left, and twice is once; disconnect unbinds', async () => {
  const around = page();
  const { client, clock, elements: [one, two], unbind, reads } = await bound(2, {}, { page: around });
  const timers = clock.timers.size;
  const listening = listeners(around);
  observer().tell([one, 1]);
  assert.equal(clock.timers.size, timers + 1);
  unbind();
  unbind();
  assert.equal(clock.timers.size, timers);
  assert.equal(listeners(around), listening - 1);
  assert.equal(TestIntersectionObserver.all.size + TestMutationObserver.all.size, 0);
  around.show(false);
  around.show(true);
  await clock.advance(1000);
  assert.deepEqual(reads(), []);

  client.bindMessages(new TestElement().add(two));
  const leaving = client.disconnect();
  assert.equal(TestIntersectionObserver.all.size + TestMutationObserver.all.size, 0);
  await within(clock, leaving);
});

test('freed by who hears of a read, nothing goes on looking', async () => {
  const { clock, client, elements: [first, second] } = await bound(2);
  observer().tell([first, 1]);
  await clock.advance(100);
  observer().tell([second, 1]);
  client.on('messageStatus', () => client.free());
  await clock.advance(400);
  // What the service does for itself.
  await clock.advance(10);
  assert.equal(clock.timers.size, 0);
});

test('reads are told as events', async () => {
  const { client, clock, elements: [one] } = await bound(1);
  const statuses = heard(client, 'messageStatus');
  observer().tell([one, 1]);
  await clock.advance(500);
  assert.deepEqual(statuses, [['messageStatus', { id: 'm-0', status: 'read' }]]);
});

test('a selector that is none is refused, and nothing is left of the binding', async () => {
  const around = page();
  const { client } = await connected({ page: around });
  const listening = listeners(around);
  const container = Object.assign(new TestElement(), { querySelectorAll: () => { throw new SyntaxError('no selector'); } });
  assert.throws(() => client.bindMessages(container, { selector: '##' }), SyntaxError);
  assert.equal(listeners(around), listening);
  assert.equal(TestMutationObserver.all.size, 0);
});
