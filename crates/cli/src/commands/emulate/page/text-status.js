// Owns: how the status of a message looks: its mark, its words, what can be done about it.
// Must not know: how it comes about.

/** @typedef {{retry: () => void, discard: () => void}} Remedies */

const LOOKS = /** @type {Record<string, {mark: string, label: string, isStuck?: boolean}>} */ ({
  queued: { mark: '…', label: 'Waiting' },
  sending: { mark: '…', label: 'Sending' },
  sent: { mark: '✓', label: 'Sent' },
  unconfirmed: { mark: '?', label: 'Not confirmed', isStuck: true },
  failed: { mark: '!', label: 'Not sent', isStuck: true },
  /** Of the agent, and the agent's side was told that the guest has seen it. */
  receipt: { mark: '✓✓', label: 'Read' },
});

/**
 * @param {string} status
 * @param {Remedies} [remedies]
 * @returns {Partial<import('./chat-log.js').Bubble>}
 */
export function show(status, remedies) {
  const { mark, label, isStuck = false } = LOOKS[status] ?? { mark: '', label: status };
  const stuck = isStuck && remedies;
  return { status, mark, label, actions: stuck ? [['Retry', remedies.retry], ['Discard', remedies.discard]] : [] };
}
