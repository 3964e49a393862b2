// Owns: what of a text field's events means that the user types, has emptied it, or has left it.
// Must not know: what is told to whom, and when typing ends by time.

import { InvalidArgumentError } from './errors.js';

/**
 * @typedef {object} Typist
 * @property {(event: Event) => void} keystroke the text was edited, by whatever means
 * @property {() => void} cleared the text is empty, or was sent
 * @property {() => void} closed the field is left
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
  const edited = (/** @type {Event} */ event) => {
    // From without, a field in a shadow tree looks like the element that has the tree, which holds no text.
    if (textOf(event.composedPath()[0]) === '') typist.cleared();
    else typist.keystroke(event);
  };
  const left = (/** @type {FocusEvent} */ event) => {
    // To the send button of the same form is not away.
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (!to || !element.contains(to)) typist.closed();
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
  listen(form, 'reset', () => typist.cleared());
  return () => {
    if (listening.signal.aborted) return;
    listening.abort();
    typist.closed();
    unbound();
  };
}

/** @param {any} field */
function textOf(field) {
  // Each look has the browser make the text anew.
  const text = field?.value;
  return typeof text === 'string' ? text : (field?.textContent ?? '');
}

/**
 * @param {any} element
 * @returns {EventTarget | null}
 */
function formOf(element) {
  return element.form ?? element.closest?.('form') ?? null;
}
