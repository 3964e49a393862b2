// Owns: nanoseconds a key of several contenders, who take turns; the best round counts, since noise only adds.
// Must not know: who they are.

/** @returns {Promise<Record<string, number>>} */
export async function race(contenders, { rounds, keys }) {
  const best = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, key, ready } of contenders) {
      ready?.();
      const isAsync = key() instanceof Promise;
      const start = performance.now();
      // One that gives a promise is not done before that is settled.
      if (isAsync) for (let n = 0; n < keys; n += 1) await key();
      else for (let n = 0; n < keys; n += 1) key();
      const nanoseconds = ((performance.now() - start) * 1e6) / keys;
      best[name] = Math.min(best[name] ?? Infinity, nanoseconds);
    }
  }
  return best;
}
