// Owns: what a client is built with: the check of it, the defaults, and its form for the state machine.
// Must not know: what a client does with it.

import { endpointOf, webSocketOf } from './endpoint.js';
import { InvalidArgumentError } from './errors.js';

/** @import { ClientOptions, Clock, Page } from './index.js' */

/** A page can send no WebSocket ping; the service takes two such questions a minute. */
const HEARTBEAT_MS = 30_000;

const TYPING = { idle: 'idle_ms', startDelay: 'start_delay_ms', minGap: 'min_gap_ms', refresh: 'refresh_ms' };
const RECONNECT = { base: 'base_ms', cap: 'cap_ms', stable: 'stable_ms', giveUp: 'give_up_ms' };

/**
 * The state machine's configuration, as JSON.
 * @param {ClientOptions} options
 * @param {string} token
 * @returns {string}
 */
export function machineConfig(options, token) {
  const { deploymentId, profile, limits, autoStart } = options;
  const heartbeat = options.heartbeat === undefined ? HEARTBEAT_MS : options.heartbeat;
  return JSON.stringify({
    deployment_id: deploymentId,
    token,
    seed: seed(),
    endpoint: endpointOf(options),
    profile,
    heartbeat_ms: heartbeat,
    auto_start: autoStart,
    typing: renamed('typing', options.typing, TYPING),
    reconnect: renamed('reconnect', options.reconnect, RECONNECT),
    limits,
  });
}

/** What feeds the draws of waits and of names for requests; none of them is a secret. */
function seed() {
  // Node 18 has no global `crypto`.
  const half = () => BigInt(Math.floor(Math.random() * 2 ** 32));
  const [bits] = globalThis.crypto?.getRandomValues(new BigUint64Array(1)) ?? [(half() << 32n) | half()];
  return String(bits);
}

/**
 * @param {string} part
 * @param {object | undefined} values
 * @param {Record<string, string>} names
 */
function renamed(part, values, names) {
  if (values === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const known = names[name];
      if (!known) {
        throw new InvalidArgumentError(
          `${part} has no '${name}'; it has ${Object.keys(names).join(', ')}`,
        );
      }
      return [known, value];
    }),
  );
}

/**
 * What can be checked before anything is loaded.
 * @param {ClientOptions} options
 */
export function check(options) {
  const { deploymentId, tokenProvider } = options;
  for (const name of /** @type {const} */ (['guestToken', 'conversationId'])) {
    const value = options[name] ?? '';
    if (typeof value !== 'string') throw new InvalidArgumentError(`${name} must be a string`);
  }
  if (typeof deploymentId !== 'string' || deploymentId === '') {
    throw new InvalidArgumentError('deploymentId is missing: it is on the page of the deployment in Genesys Cloud');
  }
  if (tokenProvider !== undefined && typeof tokenProvider !== 'function') {
    throw new InvalidArgumentError('tokenProvider must be a function that gives a guest token');
  }
  endpointOf(options);
  webSocketOf(options.WebSocket);
}

/** The longest time-out that a clock can be asked for: a longer one would ring at once. */
export const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * @param {ClientOptions} options
 * @returns {Clock}
 */
export function clockOf({ clock }) {
  return (
    clock ?? {
      now: () => performance.now(),
      setTimeout: (rings, ms) => setTimeout(rings, ms),
      clearTimeout: (timeout) => clearTimeout(timeout),
    }
  );
}

/**
 * The page around the client, if there is one.
 * @param {ClientOptions} options
 * @returns {Page}
 */
export function pageOf({ page }) {
  if (page !== undefined) return page ?? {};
  return {
    document: typeof document === 'undefined' ? undefined : document,
    window: typeof window === 'undefined' ? undefined : window,
  };
}
