// The emulator as a process, and what its agent's side sees.
// Owns: starting and ending it, its HTTP interface. Must not know: clients.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Waiting } from './waiting.js';

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));

/** The command line; `WEBMESSAGING` names another build of it. */
export const PROGRAM = process.env.WEBMESSAGING ?? `${process.env.CARGO_TARGET_DIR ?? `${ROOT}target`}/debug/webmessaging`;

/** An emulator on a free port, with an ear on its agents' events. */
export class Emulator {
  #process;
  #listening = new AbortController();

  /** @param options of `webmessaging emulate`, but for the port. */
  static async start(...options) {
    const emulator = new Emulator();
    emulator.#process = spawn(PROGRAM, ['emulate', '--port', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    const printed = new Map();
    for await (const line of createInterface({ input: emulator.#process.stdout })) {
      const [, name, url] = line.match(/^(\w+): +(?:POST )?([^\s,]+)/) ?? [];
      if (name) printed.set(name, url);
      if (name === 'faults') break;
    }
    if (!printed.has('faults')) throw new Error(`${PROGRAM} emulate printed no addresses`);
    emulator.printed = printed;
    emulator.endpoint = printed.get('guests').replace(/\?.*/, '');
    emulator.url = printed.get('faults').replace(/\/faults$/, '');
    emulator.events = new Waiting('agent event');
    emulator.#listen();
    return emulator;
  }

  /** Ends the process. */
  async stop() {
    this.#listening.abort();
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** What a backend gets: `guestToken`, `conversationId`, `deploymentId`. */
  session(of = {}) {
    return this.#ask('POST', '/api/v2/conversations/messaging', of);
  }

  /** What the agent's side sees of a conversation. */
  conversation(id) {
    return this.#ask('GET', `/agent/sessions/${id}`);
  }

  /** The agent writes; gives the message. */
  say(id, text, nickname = 'Kim') {
    return this.#ask('POST', `/agent/sessions/${id}/messages`, { text, nickname });
  }

  /** The agent starts or stops typing. */
  type(id, on) {
    return this.#ask('POST', `/agent/sessions/${id}/typing`, { type: on ? 'On' : 'Off', nickname: 'Kim' });
  }

  /** The agent ends the conversation. */
  end(id, read_only = false) {
    return this.#ask('POST', `/agent/sessions/${id}/end`, { read_only });
  }

  /** Something goes wrong from here. */
  fault(fault) {
    return this.#ask('POST', '/faults', fault);
  }

  /** All is well again. */
  heal() {
    return this.#ask('DELETE', '/faults');
  }

  async #ask(method, path, body) {
    const answer = await fetch(this.url + path, { method, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  async #listen() {
    try {
      const answer = await fetch(`${this.url}/agent/events?after=0`, { signal: this.#listening.signal });
      let unread = '';
      for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
        const messages = (unread + part).split('\n\n');
        unread = messages.pop();
        for (const message of messages) {
          const data = message.match(/^data: ?(.*)$/m);
          if (data) this.events.push(JSON.parse(data[1]));
        }
      }
    } catch (error) {
      if (!this.#listening.signal.aborted) throw error;
    }
  }
}
