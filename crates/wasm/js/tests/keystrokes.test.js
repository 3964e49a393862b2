import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connected, settle, within } from './support/world.js';

/** A text field in a page: the browser's events are its own, and stamped. Node's can't be. */
class StampedField {
  value = 'x';
  #listeners = {};

  addEventListener(type, listener) {
    this.#listeners[type] = listener;
  }

  contains() {
    return false;
  }

  hear(type, event) {
    this.#listeners[type]({ target: this, composedPath: () => [this], relatedTarget: null, ...event });
  }

  /** Edited by the user at this time. */
  key(timeStamp, type = 'input') {
    this.hear(type, { isTrusted: true, timeStamp });
  }
}

/** A connected client with such a field, and how often it has looked at the clock. */
async function typist(options) {
  const made = await connected(options);
  const { client, clock } = made;
  const field = new StampedField();
  client.bindComposer(field);
  const { now } = clock;
  const looks = { count: 0 };
  clock.now = () => {
    looks.count += 1;
    return now();
  };
  return { ...made, field, looks };
}

test('a key that goes on looks at no clock, and typing ends two seconds after the last one', async () => {
  const { clock, service, field, looks } = await typist();
  field.key(clock.time);
  await clock.advance(150);
  const before = looks.count;
  for (let key = 1; key < 12; key += 1) {
    field.key(clock.time, key === 5 ? 'compositionstart' : 'input');
    clock.time += 150;
  }
  assert.equal(looks.count, before);
  clock.time -= 150;
  await clock.advance(1999);
  assert.deepEqual(service.sent, ['typing']);
  await clock.advance(1 + 5);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('a key in a text field that is not empty asks neither for its event\'s way nor for other fields', async () => {
  const { clock, service, field } = await typist();
  field.key(clock.time);
  const never = () => assert.fail('it costs more than the key');
  Object.assign(field, { contains: never, querySelectorAll: never, closest: never });
  for (let key = 0; key < 5; key += 1) field.hear('input', { isTrusted: true, timeStamp: clock.time, composedPath: never });
  await clock.advance(10);
  assert.deepEqual(service.sent, ['typing']);
});

test('what counts is when a key was pressed, not when it is heard', async () => {
  const { clock, service, field } = await typist();
  field.key(clock.time);
  await clock.advance(1000);
  field.key(clock.time - 400);
  await clock.advance(1599);
  assert.deepEqual(service.sent, ['typing']);
  await clock.advance(1 + 5);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('keys of a page that was blocked, so that no timer rings, are each a key', async () => {
  const { clock, service, field } = await typist();
  field.key(clock.time);
  await settle();
  for (const wait of [1900, 90]) {
    clock.time += wait;
    field.key(clock.time);
  }
  clock.time += 1900;
  field.key(clock.time);
  await clock.advance(1990);
  assert.deepEqual(service.sent, ['typing'], 'no two of them are two seconds apart');
});

test('stamps of another clock are not taken', async () => {
  for (const [name, off] of Object.entries({ earlier: -500, zero: -1000, later: 500, epoch: 1.7e12, coarse: 0.25 })) {
    const { clock, service, field } = await typist({ heartbeat: 3600_000 });
    for (let key = 0; key < 12; key += 1) {
      field.key(clock.time + off);
      await clock.advance(150);
    }
    await clock.advance(1800);
    assert.deepEqual(service.sent, ['typing'], name);
    await clock.advance(50 + 5);
    assert.deepEqual(service.sent, ['typing', 'stop'], name);
  }
});

test('each burst finds out anew whose clock stamps are of', async () => {
  const { clock, service, field } = await typist();
  for (const off of [0, -1200]) {
    for (let key = 0; key < 5; key += 1) {
      field.key(clock.time + off);
      await clock.advance(100);
    }
    await clock.advance(1890);
    assert.equal(service.sent.at(-1), 'typing', `off by ${off}`);
    await clock.advance(3000);
    assert.equal(service.sent.at(-1), 'stop', `off by ${off}`);
  }
  assert.deepEqual(service.sent, ['typing', 'stop', 'typing', 'stop']);
});

test('an event of a script\'s own counts when it is heard', async () => {
  const { clock, service, field } = await typist();
  const made = clock.time;
  field.key(made);
  await clock.advance(100);
  field.key(clock.time);
  await clock.advance(1800);
  // As of a picker of emoji that keeps one event for good.
  field.hear('input', { isTrusted: false, timeStamp: made });
  await clock.advance(1990);
  assert.deepEqual(service.sent, ['typing']);
  await clock.advance(10 + 5);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('two fields, of which one is in another window, are one typist', async () => {
  const { client, clock, service, field } = await typist();
  const framed = new StampedField();
  client.bindComposer(framed);
  for (let key = 0; key < 6; key += 1) {
    field.key(clock.time);
    await clock.advance(1100);
    framed.key(clock.time - 1200);
    await clock.advance(1100);
  }
  assert.equal(service.sent.includes('stop'), false);
});

test('whatever ends typing ends it at once after keys that went on, and the next key starts it', async () => {
  for (const [name, end] of Object.entries({
    text: ({ client }) => { client.sendMessage({ text: 'x' }); },
    blur: ({ field }) => field.hear('focusout'),
    emptied: ({ field }) => { field.value = ''; field.key(0); field.value = 'x'; },
    unbound: ({ unbind }) => unbind(),
  })) {
    const made = await typist();
    const { client, clock, service, field } = made;
    const unbind = client.bindComposer(field);
    for (let key = 0; key < 3; key += 1) {
      field.key(clock.time);
      await clock.advance(100);
    }
    end({ ...made, unbind });
    await clock.advance(1000);
    assert.deepEqual(service.sent.slice(0, 2), ['typing', 'stop'], name);
    field.key(clock.time);
    await clock.advance(10);
    assert.equal(service.sent.at(-1), 'typing', name);
    await within(clock, client.disconnect());
    assert.equal(service.sent.at(-1), 'stop', name);
  }
});
