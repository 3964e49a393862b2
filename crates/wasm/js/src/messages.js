// Owns: which message elements the user has really seen: on screen, as much and as long as asked, in a
// page that can be seen. Must not know: what is done about a message that was seen.
//
// The time on screen is counted here and not by the machine's ledger: it belongs to a binding, while
// sendReadReceipt is the host's word that a message was read, and waits for nothing.

import { Dwell } from './dwell.js';
import { InvalidArgumentError } from './errors.js';
import { LONGEST_TIMEOUT_MS } from './options.js';
import { roomOf } from './room.js';

/** @import { Clock, MessageBinding } from './index.js' */

/**
 * @typedef {object} Reader
 * @property {any} document tells whether anybody can see the page
 * @property {Clock} clock
 * @property {(id: string) => boolean} seen takes a message, or does not know it yet
 * @property {(retry: () => void) => () => void} learned calls `retry` when more messages may be known
 */

/** A message that is taller than the screen is never seen as a whole: where it is looked at again. */
const STEPS = 20;
/** The taller, the less of it fills the screen: from the first of these on down, each is so much of the one before. */
const FINE = 0.25;
const FINER = 0.8;
/** That is a message of four hundred screens. */
const FINEST = 0.0025;

/**
 * Reports the messages in `container` that are seen, also those that come later.
 * @param {Element} container
 * @param {MessageBinding} options
 * @param {Reader} reader
 * @param {() => void} unbound called once, when it looks no more
 * @returns {() => void} ends it; a second call does nothing
 */
export function bindMessages(container, options, reader, unbound) {
  const { selector, threshold, dwell, attribute } = checked(container, options);
  const { clock, document } = reader;
  // A selector that is none throws here, where nothing has begun that would have to end.
  const present = container.querySelectorAll(selector);
  /** The elements that match, with their message's id. @type {Map<Element, string>} */
  const known = new Map();
  /** Those that need no look any more. @type {WeakSet<Element>} */
  const taken = new WeakSet();
  /** @type {Dwell<Element>} */
  const dwelling = new Dwell(dwell);
  /** @type {unknown} */
  let timeout = null;
  let bound = true;

  const look = () => {
    if (timeout !== null) clock.clearTimeout(timeout);
    timeout = null;
    // Nobody sees a hidden page.
    if (document?.hidden) return;
    const now = clock.now();
    for (const element of dwelling.met(now)) {
      if (!reader.seen(known.get(element) ?? '')) continue;
      // Somebody who heard of it has had enough.
      if (!bound) return;
      taken.add(element);
      dwelling.end(element);
      onScreen.unobserve(element);
    }
    const next = dwelling.next(now);
    if (next === null) return;
    timeout = clock.setTimeout(look, Math.min(Math.ceil(next - now), LONGEST_TIMEOUT_MS));
  };

  const onScreen = new IntersectionObserver(
    (entries) => {
      const now = clock.now();
      for (const entry of entries) {
        if (!known.has(entry.target) || taken.has(entry.target)) continue;
        if (isSeen(entry, threshold, container)) dwelling.begin(entry.target, now);
        else dwelling.end(entry.target);
      }
      look();
    },
    // Against the window, not the container: a container that is out of the window shows nothing.
    { threshold: [...steps(threshold)] },
  );

  const forget = (/** @type {Element} */ element) => {
    if (!known.delete(element)) return;
    taken.delete(element);
    dwelling.end(element);
    onScreen.unobserve(element);
  };
  const inspect = (/** @type {Element} */ element) => {
    const id = container.contains(element) && element.matches(selector) ? element.getAttribute(attribute) : null;
    if (id !== null && known.get(element) === id) return;
    // Another message in the same element is seen anew.
    forget(element);
    if (!id) return;
    known.set(element, id);
    onScreen.observe(element);
  };
  const inspectAll = (/** @type {Node} */ node) => {
    if (node.nodeType !== 1) return;
    const element = /** @type {Element} */ (node);
    inspect(element);
    for (const inner of element.querySelectorAll(selector)) inspect(inner);
  };
  const changes = new MutationObserver((records) => {
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (type === 'attributes') inspect(/** @type {Element} */ (target));
      for (const node of removedNodes) inspectAll(node);
      for (const node of addedNodes) inspectAll(node);
    }
    look();
  });

  const shownOrHidden = () => {
    dwelling.restart(clock.now());
    look();
  };
  document?.addEventListener('visibilitychange', shownOrHidden);
  const unlearn = reader.learned(look);
  changes.observe(container, { subtree: true, childList: true, attributes: true, attributeFilter: [attribute, 'class'] });
  for (const element of present) inspect(element);

  return () => {
    if (!bound) return;
    bound = false;
    onScreen.disconnect();
    changes.disconnect();
    document?.removeEventListener('visibilitychange', shownOrHidden);
    unlearn();
    if (timeout !== null) clock.clearTimeout(timeout);
    known.clear();
    unbound();
  };
}

/**
 * @param {IntersectionObserverEntry} entry
 * @param {number} threshold
 * @param {Element} container
 */
function isSeen({ target, isIntersecting, intersectionRatio, intersectionRect, rootBounds, boundingClientRect }, threshold, container) {
  if (!isIntersecting) return false;
  if (intersectionRatio >= threshold) return true;
  // Taller than what could show it: enough of that is filled with it.
  const room = Math.min(container.clientHeight || Infinity, rootBounds?.height ?? Infinity, roomOf(target));
  // No more than a step lets it show at once.
  return boundingClientRect.height > room && intersectionRect.height >= room * Math.min(threshold, FINER);
}

/** @param {number} threshold */
function* steps(threshold) {
  for (let step = 0; step <= STEPS; step += 1) yield step / STEPS;
  for (let step = FINE * FINER; step >= FINEST; step *= FINER) yield step;
  yield threshold;
}

/**
 * @param {Element} container
 * @param {MessageBinding} options
 */
function checked(container, options) {
  const { attribute = 'data-message-id', threshold = 0.5, dwell = 500 } = options;
  const { selector = `[${attribute}]` } = options;
  if (typeof container?.querySelectorAll !== 'function') {
    throw new InvalidArgumentError('bindMessages needs the element that holds the messages');
  }
  if (!(typeof threshold === 'number' && threshold > 0 && threshold <= 1)) {
    throw new InvalidArgumentError('threshold is the part of a message that must be seen: a number, more than 0, at most 1');
  }
  if (!(Number.isFinite(dwell) && dwell >= 0)) {
    throw new InvalidArgumentError('dwell is a number of milliseconds, 0 or more');
  }
  return { selector, threshold, dwell, attribute };
}
