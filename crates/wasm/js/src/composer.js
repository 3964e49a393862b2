// Owns: what of a text field's events means that the user types, has emptied it, or has left it.
// Must not know: what is told to whom, when typing ends by time, what a text field is.

import { InvalidArgumentError } from './errors.js';
import { holdsItsText, isAnyWrittenIn, isEmpty, isTextField } from './fields.js';

/** @import { Clock } from './index.js' */

/**
 * @typedef {object} Typist
 * @property {(event: Event) => void} keystroke the text was edited, by whatever means
 * @property {() => void} cleared the text is empty, or was sent
 * @property {() => void} closed the field is left
 * @property {Clock} clock
 */

/**
 * Listens to a text field, or to a form with one in it.
 * @param {Element} element an input, a textarea, something `contenteditable`, or what holds it
 * @param {Typist} typist
 * @param {() => void} unbound called once, when it listens no more
 * @returns {() => void} ends it; a second call does nothing
 */
export function bindComposer(element, typist, unbound) {
  if (typeof element?.addEventListener !== 'function') {
    throw new InvalidArgumentError('bindComposer needs an element: a text field, or a form with one in it');
  }
  /** The last field that was found to hold its text itself: of almost every key. @type {any} */
  let known = null;
  const edited = (/** @type {Event} */ event) => {
    const { target } = event;
    // A key costs no more than this.
    if (target === known && known.value !== '') typist.keystroke(event);
    else lookedAt(event);
  };
  const lookedAt = (/** @type {Event} */ event) => {
    let field = /** @type {any} */ (event.target);
    if (holdsItsText(field)) known = field;
    // From without, a field in a shadow tree looks like the element that has the tree, which holds no text.
    else [field] = event.composedPath();
    if (!isTextField(field)) return;
    // Whoever empties one of several fields is still at the others.
    if (isEmpty(field) && !isAnyWrittenIn(element, field)) typist.cleared();
    else typist.keystroke(event);
  };
  const left = (/** @type {FocusEvent} */ event) => {
    // To the send button of the same form is not away.
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (!to || !element.contains(to)) typist.closed();
  };
  /** @type {unknown} */
  let resetting = null;
  const reset = (/** @type {Event} */ event) => {
    // Who hears of it later can still prevent it.
    resetting ??= typist.clock.setTimeout(() => {
      resetting = null;
      if (!event.defaultPrevented) typist.cleared();
    }, 0);
  };
  const form = formOf(element);
  const listening = new AbortController();
  /** @type {(target: EventTarget | null, type: string, listener: (event: any) => void) => void} */
  const listen = (target, type, listener) => target?.addEventListener(type, listener, { signal: listening.signal });
  listen(element, 'input', edited);
  // An input method composes for a while before anything is in the field.
  listen(element, 'compositionstart', (event) => typist.keystroke(event));
  listen(element, 'compositionend', edited);
  listen(element, 'focusout', left);
  listen(form, 'submit', () => typist.cleared());
  listen(form, 'reset', reset);
  return () => {
    if (listening.signal.aborted) return;
    listening.abort();
    if (resetting !== null) typist.clock.clearTimeout(resetting);
    typist.closed();
    unbound();
  };
}

/**
 * @param {any} element
 * @returns {EventTarget | null}
 */
function formOf(element) {
  return element.form ?? element.closest?.('form') ?? null;
}
