// Owns: where the service is: regions, the default for code that cannot pass an address, the socket
// class to dial it with. Must not know: what is sent there.

import { InvalidArgumentError } from './errors.js';

/** @import { EndpointOptions, WebSocketClass } from './index.js' */

const DOMAINS = Object.freeze({
  'us-east-1': 'mypurecloud.com',
  'eu-west-1': 'mypurecloud.ie',
  'ap-southeast-2': 'mypurecloud.com.au',
  'ap-northeast-1': 'mypurecloud.jp',
  'eu-central-1': 'mypurecloud.de',
  'us-west-2': 'usw2.pure.cloud',
  'ca-central-1': 'cac1.pure.cloud',
  'ap-northeast-2': 'apne2.pure.cloud',
  'eu-west-2': 'euw2.pure.cloud',
  'ap-south-1': 'aps1.pure.cloud',
  'me-central-1': 'mec1.pure.cloud',
  'ap-northeast-3': 'apne3.pure.cloud',
  'eu-central-2': 'euc2.pure.cloud',
  'mx-central-1': 'mxc1.pure.cloud',
  'ap-southeast-1': 'apse1.pure.cloud',
  'sa-east-1': 'sae1.pure.cloud',
  'us-east-2': 'use2.us-gov-pure.cloud',
});

/** @type {EndpointOptions | undefined} */
let preset;

/**
 * Sets where clients connect that say nothing of it themselves. `undefined` takes it back.
 * @param {string | EndpointOptions | undefined} endpoint
 */
export function setDefaultEndpoint(endpoint) {
  const options = typeof endpoint === 'string' ? { endpoint } : endpoint;
  if (options) resolve(options);
  preset = options;
}

/**
 * The address to dial, without its query: the client's own, else the one that was set, else
 * `globalThis.webMessagingEndpoint`, else `undefined`: the state machine's default.
 * @param {EndpointOptions} own
 * @returns {string | undefined}
 */
export function endpointOf(own) {
  const global = /** @type {any} */ (globalThis).webMessagingEndpoint;
  return resolve(own) ?? resolve(preset ?? {}) ?? resolve({ endpoint: global ?? undefined });
}

/**
 * @param {EndpointOptions} options
 * @returns {string | undefined}
 */
function resolve({ endpoint, region }) {
  if (endpoint !== undefined) return webSocketAddress(endpoint);
  if (region === undefined) return undefined;
  if (typeof region !== 'string' || !/^[a-z0-9][a-z0-9.-]*$/i.test(region)) {
    throw new InvalidArgumentError(`region must be a name or a domain, not ${shown(region)}`);
  }
  const domain = region.includes('.') ? region : DOMAINS[/** @type {keyof DOMAINS} */ (region)];
  if (!domain) {
    const known = Object.keys(DOMAINS).join(', ');
    throw new InvalidArgumentError(
      `region '${region}' is not known: give its domain (as mypurecloud.de), or one of ${known}`,
    );
  }
  return `wss://webmessaging.${domain}/v1`;
}

/**
 * @param {unknown} endpoint
 * @returns {string}
 */
function webSocketAddress(endpoint) {
  const url = parse(String(endpoint));
  if (!url || !/^(wss?|https?):$/.test(url.protocol) || url.search || url.hash) {
    throw new InvalidArgumentError(
      `endpoint must be an address as wss://host/v1, without a query, not ${shown(endpoint)}`,
    );
  }
  return url.href.replace(/^http/, 'ws');
}

/** @param {string} text */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/**
 * The socket class: the client's own, else the platform's.
 * @param {WebSocketClass | undefined} own
 * @returns {WebSocketClass}
 */
export function webSocketOf(own) {
  const found = own ?? globalThis.WebSocket;
  if (typeof found !== 'function') {
    throw new InvalidArgumentError(
      'there is no WebSocket here: pass one, new WebMessagingClient({WebSocket}), or set ' +
        'globalThis.WebSocket; Node has its own from version 22 on, before it the package ws has one',
    );
  }
  return /** @type {WebSocketClass} */ (found);
}
