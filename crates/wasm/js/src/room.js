// Owns: what height of an element can be on screen at once, given all that cuts it off.
// Must not know: what is shown there.

/**
 * The least height among the window's and those of the ancestors that cut it off. What does not hold it
 * counts for nothing, as something static does not hold what is `absolute`.
 * @param {Element} element
 * @returns {number}
 */
export function roomOf(element) {
  const { body, documentElement, defaultView: view } = element.ownerDocument;
  // Nothing of a document without a window is on screen.
  if (!view) return Infinity;
  // In a frame, it is less than what the observer knows of.
  let room = view.innerHeight;
  let { position } = view.getComputedStyle(element);
  for (let around = parentOf(element); around && position !== 'fixed'; around = parentOf(around)) {
    // What these two cut off, the window does.
    if (around === body || around === documentElement) break;
    const style = view.getComputedStyle(around);
    if (position === 'absolute' && style.position === 'static') continue;
    position = style.position;
    if (style.overflowY !== 'visible') room = Math.min(room, around.clientHeight || Infinity);
  }
  return room;
}

/**
 * As it is laid out: out of a slot, and out of a shadow tree.
 * @param {Element} element
 * @returns {Element | null}
 */
function parentOf(element) {
  return element.assignedSlot ?? element.parentElement ?? /** @type {Partial<ShadowRoot>} */ (element.getRootNode()).host ?? null;
}
