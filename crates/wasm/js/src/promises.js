// Owns: promises that are settled from outside, and promises that may be ignored.
// Must not know: what is promised.

/**
 * @template T
 * @typedef {{promise: Promise<T>, resolve: (value: T) => void, reject: (error: Error) => void}} Deferred
 */

/**
 * A promise with its two ends. Whoever ignores it causes no unhandled rejection.
 * @template T
 * @returns {Deferred<T>}
 */
export function deferred() {
  /** @type {(value: T) => void} */
  let resolve = () => {};
  /** @type {(error: Error) => void} */
  let reject = () => {};
  const promise = new Promise((/** @type {(value: T) => void} */ yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise: ignorable(promise), resolve, reject };
}

/**
 * The same promise; it still rejects for whoever waits for it, but to leave it alone is allowed.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function ignorable(promise) {
  promise.catch(() => {});
  return promise;
}

/** What is waited for now and then. */
export class Gate {
  /** @type {Deferred<void> | null} */
  #shut = null;

  /** What to wait for; null while it is open. */
  get promise() {
    return this.#shut?.promise ?? null;
  }

  shut() {
    this.#shut ??= deferred();
  }

  open() {
    this.#shut?.resolve();
    this.#shut = null;
  }
}
