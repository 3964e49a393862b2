// Owns: how elements are found and made. Every text goes in as text, never as markup.
// Must not know: what is shown.

/**
 * The element with this id.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * A new element. Of `attributes`, `true` stands for an empty one, `false` and `undefined` for none.
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/**
 * A new button.
 * @param {string} label
 * @param {() => void} pressed
 * @returns {HTMLElement}
 */
export function button(label, pressed) {
  const element = make('button', { type: 'button' }, label);
  element.addEventListener('click', pressed);
  return element;
}

/**
 * Sets a text, and leaves the page alone if it is there already: live regions tell every change.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A word on how something is: `tone` is its colour.
 * @param {HTMLElement} element
 * @param {string} text
 * @param {'good' | 'busy' | 'bad' | 'idle'} tone
 */
export function setState(element, text, tone) {
  setText(element, text);
  element.dataset.tone = tone;
}

/**
 * "Somebody is typing…", with dots, or nothing.
 * @param {HTMLElement} element
 * @param {string | null} name
 */
export function setTyping(element, name) {
  const text = name === null ? '' : `${name} is typing…`;
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  if (name === null) element.replaceChildren();
  else element.replaceChildren(dots(), text);
}

function dots() {
  return make('span', { class: 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i'));
}
