// Owns: for how long things are seen without a break. Must not know: what they are, what sees them,
// what time it is.

/**
 * Things that are seen, and when each has been seen for long enough.
 * @template T
 */
export class Dwell {
  /** With the time since when, earliest first. @type {Map<T, number>} */
  #seen = new Map();
  #ms;

  /** @param {number} ms */
  constructor(ms) {
    this.#ms = ms;
  }

  /**
   * @param {T} thing
   * @param {number} now
   */
  begin(thing, now) {
    if (!this.#seen.has(thing)) this.#seen.set(thing, now);
  }

  /** @param {T} thing */
  end(thing) {
    this.#seen.delete(thing);
  }

  /** All of them are seen anew. @param {number} now */
  restart(now) {
    for (const thing of this.#seen.keys()) this.#seen.set(thing, now);
  }

  /**
   * Those that have been seen for long enough; they stay until they end.
   * @param {number} now
   * @returns {T[]}
   */
  met(now) {
    const met = [];
    for (const [thing, since] of this.#seen) {
      if (since + this.#ms > now) break;
      met.push(thing);
    }
    return met;
  }

  /**
   * When the next one will have been, of those that are not yet.
   * @param {number} now
   * @returns {number | null}
   */
  next(now) {
    for (const since of this.#seen.values()) {
      if (since + this.#ms > now) return since + this.#ms;
    }
    return null;
  }
}
