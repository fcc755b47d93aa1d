/** Elements in which a letter is a letter, not a command. */
export const TYPES_TEXT = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/**
 * May this key press be read as a single-key command? Not while typing, not inside an open dialog,
 * not together with a modifier, and not when somebody already took it.
 * @param {KeyboardEvent} event
 * @returns {boolean}
 */
export function isCommand(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !(event.target instanceof Element && event.target.closest(`${TYPES_TEXT}, dialog[open]`));
}
