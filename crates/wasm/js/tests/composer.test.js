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

test('a reset that is prevented, by whoever and however late, is none; unbound, none is waited for', async () => {
  const { client, clock, service } = await connected();
  const form = new EventTarget();
  const field = Object.assign(new TestElement(), { form });
  const unbind = client.bindComposer(field);
  form.addEventListener('reset', (event) => event.preventDefault());
  type(field, 'x');
  await clock.advance(1);
  form.dispatchEvent(new Event('reset', { cancelable: true }));
  await clock.advance(10);
  assert.deepEqual(service.sent, ['typing']);
  form.dispatchEvent(new Event('reset', { cancelable: true }));
  const waiting = [...clock.timers.keys()].at(-1);
  unbind();
  assert.equal(clock.timers.has(waiting), false);
});

/** A bound form: what is edited in it is heard by the form. */
class TestForm extends TestElement {
  querySelectorAll() {
    return this.children;
  }

  edit(field, members) {
    Object.assign(field, members);
    const path = [field, this];
    this.dispatchEvent(Object.defineProperties(new Event('input'), { target: { value: field }, composedPath: { value: () => path } }));
  }
}

test('in a form, only text fields count, and it is cleared when none of them has a text', async () => {
  const { client, clock, service } = await connected();
  const [text, name, ticked, list, ticket] = ['textarea', 'text', 'checkbox', 'select-one', 'text']
    .map((type) => Object.assign(new TestElement(), { type }));
  Object.assign(ticket, { value: '4711', readOnly: true });
  const form = new TestForm().add(text, name, ticked, list, ticket);
  client.bindComposer(form);
  const sent = async () => {
    await clock.advance(10);
    return service.sent;
  };
  form.edit(ticked, { value: 'on' });
  form.edit(list, { value: 'one' });
  assert.deepEqual(await sent(), []);
  form.edit(text, { value: 'x' });
  assert.deepEqual(await sent(), ['typing']);
  form.edit(name, { value: 'Kim' });
  form.edit(name, { value: '' });
  form.edit(list, { value: '' });
  assert.deepEqual(await sent(), ['typing'], 'there is a text still');
  form.edit(text, { value: '' });
  assert.deepEqual(await sent(), ['typing', 'stop']);
});

test('a picture alone is something in editable content', async () => {
  const { client, clock, service } = await connected();
  const pictures = [{}];
  const field = Object.assign(new TestElement(), { value: undefined, textContent: '', querySelector: () => pictures[0] ?? null });
  client.bindComposer(field);
  field.dispatchEvent(new Event('input'));
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing']);
  pictures.pop();
  field.dispatchEvent(new Event('input'));
  await clock.advance(1);
  assert.deepEqual(service.sent, ['typing', 'stop']);
});
