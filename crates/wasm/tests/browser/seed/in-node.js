// The module in Node: the package by a loader hook, the session's data by a file, the WebSocket by `ws`.
// Owns: how the module is loaded. Must not know: what is said.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { WebSocket } from 'ws';
import { Waiting } from '../lib/waiting.js';

const PACKAGE = new URL('../../../js/src/index.js', import.meta.url).href;
const HOOK = `export const resolve = (specifier, context, next) =>
  next(specifier === '@genesys/cloud-web-messaging-client-sdk' ? ${JSON.stringify(PACKAGE)} : specifier, context);`;

/** Loads the module and gives what drives it. */
export async function open(source, session, endpoint) {
  const sent = new Waiting('sent frame');
  globalThis.WebSocket = class extends WebSocket {
    send(frame) {
      sent.push(JSON.parse(frame));
      super.send(frame);
    }
  };
  register(`data:text/javascript,${encodeURIComponent(HOOK)}`);
  const { setDefaultEndpoint } = await import(PACKAGE);
  setDefaultEndpoint(endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'webmessaging-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'web-messaging-client.js'), source);
  await writeFile(join(folder, 'mock-init.js'), `export default ${JSON.stringify(session)};`);
  const logged = [];
  const original = { ...console };
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) console[level] = (...said) => logged.push(inspect(said));
  const { default: Session } = await import(pathToFileURL(join(folder, 'web-messaging-client.js')).href);
  const host = new Session();
  const stops = new Waiting('end of typing');
  return {
    sent,
    errors: [],
    logged,
    call: (method, ...given) => host[method](...given),
    burst(method, times) {
      for (let time = 0; time < times; time++) host[method]();
    },
    stopped: (count) => stops.count(count, () => true),
    watchStops() {
      const send = host.client.sendTypingIndicator.bind(host.client);
      host.client.sendTypingIndicator = async (indicator) => {
        try {
          return await send(indicator);
        } finally {
          if (indicator.type === 'stopTyping') stops.push(indicator);
        }
      };
    },
    async close() {
      Object.assign(console, original);
      await rm(folder, { recursive: true });
    },
  };
}
