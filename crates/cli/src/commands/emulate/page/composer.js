// Owns: the keys of a text field in which messages are written. Must not know: what is done with them.

/**
 * Enter sends, Shift+Enter breaks the line; Enter that only ends the composition of a character does
 * neither.
 * @param {HTMLFormElement} form
 * @param {HTMLTextAreaElement} field
 */
export function sendOnEnter(form, field) {
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
