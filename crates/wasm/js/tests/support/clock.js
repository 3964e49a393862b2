// Owns: virtual time. Must not know: what waits for it.

/** Lets everything that is ready to run, run; no time passes. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

export class TestClock {
  time = 1000;
  timers = new Map();
  #last = 0;

  now = () => this.time;

  setTimeout = (rings, ms) => {
    const id = ++this.#last;
    this.timers.set(id, { at: this.time + Math.max(0, ms), rings });
    return id;
  };

  clearTimeout = (id) => {
    this.timers.delete(id);
  };

  /** Rings all that is due in the next `ms`, in order. */
  async advance(ms) {
    const until = this.time + ms;
    for (;;) {
      await settle();
      const due = [...this.timers].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b);
      if (due.length === 0) break;
      const [id, { at, rings }] = due[0];
      this.timers.delete(id);
      this.time = Math.max(this.time, at);
      rings();
    }
    this.time = until;
    await settle();
  }
}
