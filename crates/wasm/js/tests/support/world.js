// Owns: a client of the real state machine, a service in memory and virtual time, put together.
// Must not know: what is tested.

import { after } from 'node:test';
import { WebMessagingClient } from '../../src/index.js';
import { TestClock, settle } from './clock.js';
import { TestService } from './service.js';

export { settle };

/** @param {object} [options] more of the client's options */
export function world(options = {}) {
  const clock = new TestClock();
  const service = new TestService(clock);
  const make = (more = {}) =>
    new WebMessagingClient({
      guestToken: 'secret-token', deploymentId: 'deployment-1', heartbeat: null, page: null,
      WebSocket: service.WebSocket, clock, ...options, ...more,
    });
  return { clock, service, make, client: make() };
}

/** A world whose client is connected. */
export async function connected(options) {
  const made = world(options);
  await within(made.clock, made.client.connect());
  await made.clock.advance(0);
  return made;
}

/** Lets time pass until a promise is settled; the outcome as the promise's. */
export async function within(clock, promise, ms = 60_000) {
  const state = { settled: false };
  promise.then(() => { state.settled = true; }, () => { state.settled = true; });
  for (let passed = 0; passed <= ms && !state.settled; passed += 5) {
    await untilLoaded();
    if (!state.settled) await clock.advance(5);
  }
  if (!state.settled) throw new Error(`not settled within ${ms} ms`);
  return promise;
}

/** What a promise has come to by now: `pending`, its value, or its error. */
export async function outcome(promise) {
  await settle();
  return Promise.race([
    promise.then((value) => ({ value }), (error) => ({ error })),
    settle().then(() => 'pending'),
  ]);
}

/** All events of some types, as they come. */
export function heard(client, ...types) {
  const events = [];
  for (const type of types) client.on(type, (detail, ...more) => events.push(more.length > 0 ? [type, detail] : [type, detail]));
  return events;
}

let loaded;
/** The state machine is read from a file, which takes no virtual time. */
async function untilLoaded() {
  const { loadWasm } = await import('../../src/index.js');
  loaded ??= loadWasm();
  await loaded;
}

/** No rejection may be left without anybody who waits for it. */
export const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
after(async () => {
  await settle();
  if (unhandled.length > 0) throw new AggregateError(unhandled, 'unhandled rejections');
});
