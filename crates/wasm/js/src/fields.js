// Owns: what a text field is, and whether there is anything in it. Must not know: what comes of that.

/** Inputs that are written in; `undefined` is what has a text and no type, as elements of a page's own. */
const WRITTEN = ['textarea', 'text', 'search', 'url', 'email', 'tel', 'password', 'number', undefined];
/** Where a text field may be. */
const FIELDS = 'input, textarea, [contenteditable]:not([contenteditable=false i])';
/** What is something in editable content, though it is no text. */
const SHOWN = 'img, picture, svg, canvas, video, audio, object, iframe';

/**
 * Whether it holds its text itself: not in a shadow tree, and not as content.
 * @param {any} field
 */
export function holdsItsText(field) {
  return isTextField(field) && typeof field.value === 'string' && !field.localName?.includes('-');
}

/**
 * A checkbox or a list of options is none.
 * @param {any} field
 */
export function isTextField({ value, type }) {
  return typeof value !== 'string' || WRITTEN.includes(type);
}

/**
 * Each look has the browser make the text anew.
 * @param {any} field
 */
export function isEmpty(field) {
  if (typeof field.value === 'string') return field.value === '';
  return !field.textContent && !field.querySelector?.(SHOWN);
}

/**
 * Whether there is anything in another text field that the user can write in.
 * @param {Element} element what holds the fields
 * @param {any} field one that is empty, perhaps in a shadow tree
 */
export function isAnyWrittenIn(element, field) {
  if (field === element) return false;
  const places = [element, element.contains(field) ? null : field.getRootNode?.()];
  return places.some((place) => [...(place?.querySelectorAll(FIELDS) ?? [])].some(isWrittenIn));
}

/** @param {any} field */
function isWrittenIn(field) {
  return !field.readOnly && !field.disabled && isTextField(field) && !isEmpty(field);
}
