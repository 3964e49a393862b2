// Owns: a page's parts in memory: document, window, session storage, locks, elements, observers.
// Must not know: who uses them.

import { getEventListeners } from 'node:events';

/** How many listeners a page has. */
export const listeners = ({ document, window }) =>
  ['visibilitychange', 'online', 'offline', 'pagehide', 'pageshow']
    .flatMap((type) => [document, window].map((target) => getEventListeners(target, type).length))
    .reduce((sum, count) => sum + count);

export function page() {
  const document = Object.assign(new EventTarget(), { hidden: false });
  const window = new EventTarget();
  return {
    document,
    window,
    show(shown) {
      document.hidden = !shown;
      document.dispatchEvent(new Event('visibilitychange'));
    },
    leave() {
      if (!document.hidden) this.show(false);
      window.dispatchEvent(new Event('pagehide'));
    },
    comeBack() {
      window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
      this.show(true);
    },
  };
}

/** As `sessionStorage`: a copy of it is what a duplicated tab has. */
export class TestStore {
  constructor(items = []) {
    this.items = new Map(items);
  }

  getItem(key) {
    return this.items.get(key) ?? null;
  }

  setItem(key, value) {
    this.items.set(key, value);
  }

  removeItem(key) {
    this.items.delete(key);
  }

  copy() {
    return new TestStore(this.items);
  }
}

/** As `navigator.locks`: one holder at a time, the others wait. */
export class TestLocks {
  #held = new Map();

  async request(name, { signal }, held) {
    while (this.#held.has(name)) {
      signal.throwIfAborted();
      await Promise.race([
        this.#held.get(name),
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      ]);
    }
    const holding = held().finally(() => this.#held.delete(name));
    this.#held.set(name, holding);
    return holding;
  }

  get size() {
    return this.#held.size;
  }
}

/** An element as far as the bindings use one. */
export class TestElement extends EventTarget {
  nodeType = 1;
  parent = null;
  children = [];
  value = '';
  clientHeight = 0;
  style = { overflowY: 'visible', position: 'static' };
  ownerDocument = { defaultView: { innerHeight: 400, getComputedStyle: ({ style }) => style } };

  constructor(id = null, className = '') {
    super();
    this.id = id;
    this.className = className;
  }

  add(...children) {
    for (const child of children) {
      child.parent = this;
      this.children.push(child);
    }
    this.changed({ type: 'childList', addedNodes: children, removedNodes: [] });
    return this;
  }

  remove(child) {
    this.children.splice(this.children.indexOf(child), 1);
    child.parent = null;
    this.changed({ type: 'childList', addedNodes: [], removedNodes: [child] });
  }

  name(id) {
    this.id = id;
    this.changed({ type: 'attributes', addedNodes: [], removedNodes: [] });
  }

  changed(record) {
    const { root } = this;
    for (const observer of TestMutationObserver.all) if (observer.target === root) observer.heard([{ target: this, ...record }]);
  }

  get root() {
    return this.parent ? this.parent.root : this;
  }

  get parentElement() {
    return this.parent;
  }

  getRootNode() {
    return this.root;
  }

  contains(other) {
    return other === this || this.children.some((child) => child.contains(other));
  }

  getAttribute() {
    return this.id;
  }

  matches(selector) {
    return selector.startsWith('.') ? this.className === selector.slice(1) : this.id !== null;
  }

  querySelectorAll(selector) {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  closest() {
    return null;
  }
}

export class TestMutationObserver {
  static all = new Set();

  constructor(heard) {
    this.heard = heard;
  }

  observe(target) {
    this.target = target;
    TestMutationObserver.all.add(this);
  }

  disconnect() {
    TestMutationObserver.all.delete(this);
  }
}

export class TestIntersectionObserver {
  static all = new Set();
  watched = new Set();

  constructor(heard, options) {
    this.heard = heard;
    this.options = options;
    TestIntersectionObserver.all.add(this);
  }

  observe(element) {
    this.watched.add(element);
  }

  unobserve(element) {
    this.watched.delete(element);
  }

  disconnect() {
    this.watched.clear();
    TestIntersectionObserver.all.delete(this);
  }

  /** Tells how much of some elements is on screen now. */
  tell(...entries) {
    this.heard(entries.map(([target, intersectionRatio, height = 20]) => ({
      target, intersectionRatio, isIntersecting: intersectionRatio > 0,
      intersectionRect: { height }, boundingClientRect: { height: height / intersectionRatio }, rootBounds: { height: 400 },
    })).filter(({ target }) => this.watched.has(target)));
  }
}
