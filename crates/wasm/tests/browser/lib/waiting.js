// A list of what has happened that can be waited on.
// Owns: waiting for a condition, with an end. Must not know: what happens.

/** No condition takes longer; one that does has failed. */
const PATIENCE_MS = 30_000;

/** Things in the order that they happened. */
export class Waiting extends Array {
  #waiters = new Set();
  #what;

  static get [Symbol.species]() {
    return Array;
  }

  constructor(what) {
    super();
    this.#what = what;
  }

  push(...things) {
    const length = super.push(...things);
    for (const waiter of [...this.#waiters]) waiter();
    return length;
  }

  /** Resolves with what `condition(this)` gives, as soon as that is something. */
  until(condition, patience = PATIENCE_MS) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        settle(value);
      };
      const look = () => {
        const found = condition(this);
        if (found) end(resolve, found);
      };
      const timer = setTimeout(() => {
        const seen = this.slice(-20).map((thing) => JSON.stringify(thing)).join('\n');
        end(reject, new Error(`no ${this.#what} fulfils ${condition}; the last of ${this.length}:\n${seen}`));
      }, patience);
      this.#waiters.add(look);
      look();
    });
  }

  /** Resolves with the first thing, at or after number `from`, that fits. */
  first(fits, from = 0) {
    return this.until(() => this.slice(from).find(fits));
  }

  /** Resolves once `count` things fit, with these. */
  count(count, fits) {
    return this.until(() => {
      const fitting = this.filter(fits);
      return fitting.length >= count && fitting;
    });
  }
}
