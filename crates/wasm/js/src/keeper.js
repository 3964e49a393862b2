// Owns: where a snapshot lies between two pages, and that one page at a time has it.
// Must not know: what is in a snapshot.

/** @import { Clock, Locks, PersistOptions, Store } from './index.js' */
/** @import { Log } from './log.js' */

/** A page that is being left gives its lock back a moment after the next one has begun. */
const PATIENCE_MS = 500;

/** The clients of this page that keep something, by store and key. @type {WeakMap<Store, Map<string, Keeper>>} */
const users = new WeakMap();

/** @typedef {{lock: string, identity: string, snapshot: string}} Stored */

/**
 * Keeps a snapshot in a store of the tab, and holds a lock that is named in it. A duplicated tab has
 * a copy of the store, but not the lock: it starts empty. Of several clients in a page, the first one has
 * a key; the others keep nothing.
 *
 * Where there are no locks, nobody can know whether a snapshot has a twin. Then nothing is kept, and
 * nothing restored: to send a text twice is worse than to lose one that the page can still show.
 */
export class Keeper {
  #store;
  #key;
  #locks;
  #clock;
  #log;
  /** Names the lock, and the record that only its holder may use. */
  #lock = '';
  /** @type {(() => void) | null} */
  #release = null;
  #owns = false;
  /** What we have put into the store. @type {string | null} */
  #saved = null;

  /**
   * @param {PersistOptions} options
   * @param {string} deploymentId
   * @param {Clock} clock
   * @param {Log} log
   */
  constructor({ storage, key, locks }, deploymentId, clock, log) {
    this.#clock = clock;
    this.#store = storage ?? ownStore();
    this.#key = key ?? `webmessaging:${deploymentId}`;
    this.#locks = locks === undefined ? ownLocks() : locks;
    this.#log = log;
    if (!this.#store) log.line('nothing is kept over a reload: sessionStorage is not available');
    else if (this.#locks === null) log.line('nothing is kept over a reload: Web Locks are not available (they need https)');
  }

  /** Whether a snapshot of this session lies in the store: it must not fall behind. */
  get isStored() {
    return this.#saved !== null;
  }

  /**
   * Takes the snapshot that is there, if it is of `identity` and nobody else has it. From here on it
   * is not in the store any more: what this session does would make it a lie.
   * @param {string} identity
   * @returns {Promise<string | null>}
   */
  async open(identity) {
    if (!this.#claim()) return null;
    const stored = this.#read();
    if (stored && stored.identity === identity && (await this.#acquire(stored.lock))) {
      this.#remove();
      return stored.snapshot;
    }
    if (stored?.identity === identity) this.#log.line('another tab has this session\'s snapshot: this one starts empty');
    this.#remove();
    await this.#acquire(newLock());
    return null;
  }

  /**
   * Goes on with what this very page has, or has kept; false if another page has taken it meanwhile, even
   * if it has given something back.
   * @returns {Promise<boolean>}
   */
  async reopen() {
    if (!this.#claim()) return this.#saved === null;
    const ours = this.#owns || ((await this.#acquire(this.#lock || newLock())) && this.#isUntouched());
    if (ours) this.#remove();
    return ours;
  }

  /**
   * @param {string} identity
   * @param {string} snapshot
   */
  save(identity, snapshot) {
    if (!this.#store || !(this.#owns || (this.isStored && this.#isUntouched()))) return;
    const stored = JSON.stringify({ lock: this.#lock, identity, snapshot });
    try {
      this.#store.setItem(this.#key, stored);
      this.#saved = stored;
    } catch (error) {
      this.#log.line(`the snapshot was not kept: ${error}`);
      this.#remove();
    }
  }

  /** The session goes on: what was saved is not true any more. */
  withdraw() {
    if (this.#owns) this.#remove();
  }

  /** Lets another page, or another client of this one, have what was saved. */
  close() {
    this.#letGo();
    const users = this.#users();
    if (users?.get(this.#key) === this) users.delete(this.#key);
  }

  /** Whether the store can be used, by this client. */
  #claim() {
    const users = this.#users();
    if (!users || this.#locks === null) return false;
    if ((users.get(this.#key) ?? this) === this) {
      users.set(this.#key, this);
      return true;
    }
    this.#log.line('nothing is kept over a reload: another client of this page has the key; give this one its own');
    return false;
  }

  /** @returns {Map<string, Keeper> | null} */
  #users() {
    if (!this.#store) return null;
    const known = users.get(this.#store) ?? new Map();
    users.set(this.#store, known);
    return known;
  }

  #letGo() {
    this.#owns = false;
    this.#release?.();
    this.#release = null;
  }

  /** Whether in the store is what we left there. */
  #isUntouched() {
    return this.#raw() === this.#saved;
  }

  #raw() {
    try {
      return this.#store?.getItem(this.#key) ?? null;
    } catch {
      return null;
    }
  }

  /** @returns {Stored | null} */
  #read() {
    try {
      const stored = JSON.parse(this.#raw() ?? 'null');
      const isOne = stored && ['lock', 'identity', 'snapshot'].every((member) => typeof stored[member] === 'string');
      return isOne ? stored : null;
    } catch {
      return null;
    }
  }

  #remove() {
    this.#saved = null;
    try {
      this.#store?.removeItem(this.#key);
    } catch {
      // A store that is forbidden holds nothing.
    }
  }

  /**
   * @param {string} lock
   * @returns {Promise<boolean>}
   */
  async #acquire(lock) {
    this.#letGo();
    this.#lock = lock;
    this.#owns = this.#locks === false || (await this.#wait(lock));
    return this.#owns;
  }

  /**
   * @param {string} lock
   * @returns {Promise<boolean>}
   */
  #wait(lock) {
    const patience = new AbortController();
    const timeout = this.#clock.setTimeout(() => patience.abort(), PATIENCE_MS);
    return new Promise((resolve) => {
      /** @type {Locks} */ (this.#locks).request(`webmessaging:${lock}`, { signal: patience.signal }, () => {
        this.#clock.clearTimeout(timeout);
        resolve(true);
        return new Promise((/** @type {(value?: unknown) => void} */ release) => {
          this.#release = release;
        });
      }).catch(() => {
        this.#clock.clearTimeout(timeout);
        resolve(false);
      });
    });
  }
}

function newLock() {
  // Pages without https and Node 18 have none; they have no locks that it could name either.
  return globalThis.crypto?.randomUUID?.() ?? 'unnamed';
}

/** @returns {Store | null} */
function ownStore() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    // Cookies are blocked.
    return null;
  }
}

/** @returns {Locks | null} */
function ownLocks() {
  return globalThis.navigator?.locks ?? null;
}
