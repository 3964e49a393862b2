import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestElement } from './support/page.js';
import { connected, within, world } from './support/world.js';

const type = (element, text) => {
  element.value = text;
  element.dispatchEvent(new Event('input'));
};
const leave = (element, to = null) => element.dispatchEvent(Object.assign(new Event('focusout'), { relatedTarget: to }));

test('a burst of keys is one start, and a stop two seconds after the last key', async () => {
  const { client, clock, service } = await connected();
  const field = new TestElement();
  client.bindComposer(field);
  for (let key = 1; key <= 30; key += 1) {
    type(field, 'x'.repeat(key));
    await clock.advance(150);
  }
  assert.deepEqual(service.sent, ['typing']);
  await clock.advance(1800);
  assert.deepEqual(service.sent, ['typing']);
  await clock.advance(60);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('an emptied field, a left one, a sent form and a reset one stop at once', async () => {
  const form = new EventTarget();
  for (const end of [
    (field) => type(field, ''),
    (field) => leave(field),
    () => form.dispatchEvent(new Event('submit')),
    () => form.dispatchEvent(new Event('reset')),
  ]) {
    const { client, clock, service } = await connected();
    const field = Object.assign(new TestElement(), { form });
    client.bindComposer(field);
    type(field, 'x');
    end(field);
    await clock.advance(1);
    assert.deepEqual(service.sent, ['typing', 'stop']);
  }
});

test('an input method counts as typing before anything is in the field', async () => {
  const { client, clock, service } = await connected();
  const field = new TestElement();
  client.bindComposer(field);
  field.dispatchEvent(new Event('compositionstart'));
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing']);
  field.dispatchEvent(new Event('compositionend'));
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing', 'stop'], 'nothing came of it');
});

test('going to the send button of the same form is not leaving', async () => {
  const { client, clock, service } = await connected();
  const [form, field, button] = [new TestElement(), new TestElement(), new TestElement()];
  form.add(field, button);
  client.bindComposer(form);
  form.value = 'x';
  form.dispatchEvent(new Event('input'));
  leave(form, button);
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing']);
  leave(form);
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('editable content has its text as text', async () => {
  const { client, clock, service } = await connected();
  const field = Object.assign(new TestElement(), { value: undefined, textContent: 'x' });
  client.bindComposer(field);
  field.dispatchEvent(new Event('input'));
  field.textContent = '';
  field.dispatchEvent(new Event('input'));
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('unbound, nothing is heard any more; unbinding stops, and twice is once', async () => {
  const { client, clock, service } = await connected();
  const field = new TestElement();
  const unbind = client.bindComposer(field);
  type(field, 'x');
  unbind();
  unbind();
  type(field, 'xy');
  await clock.advance(1000);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('disconnect unbinds, and before connect keys do no harm', async () => {
  const { client, clock, service } = world();
  const field = new TestElement();
  client.bindComposer(field);
  type(field, 'x');
  await within(clock, client.connect());
  type(field, 'xy');
  await within(clock, client.disconnect());
  await within(clock, client.connect());
  type(field, 'xyz');
  await clock.advance(1000);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});

test('what is no element is refused', () => {
  const { client } = world();
  for (const element of [undefined, null, {}, 'textarea']) {
    assert.throws(() => client.bindComposer(element), { code: 'INVALID_ARGUMENT' });
  }
});

test('a field in a shadow tree is heard through the element that has the tree', async () => {
  const { client, clock, service } = await connected();
  const host = Object.assign(new TestElement(), { value: undefined, textContent: '' });
  client.bindComposer(host);
  const write = (value) => host.dispatchEvent(Object.assign(new Event('input'), { composedPath: () => [{ value }, host] }));
  write('x');
  write('xy');
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing']);
  write('');
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});
