import { Controller } from "@hotwired/stimulus";
import { TYPES_TEXT, isCommand } from "../typing.js";

/**
 * Single keys, page-wide. Any visible element with `data-shortcut="t"` is clicked (or focused, if one
 * types in it) by that key; `?` opens the sheet that lists them. Never while somebody types.
 */
export default class ShortcutsController extends Controller {
  static targets = ["sheet"];

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!isCommand(event)) return;
    const owner = ownerOf(event.key.toLowerCase());
    if (event.key !== "?" && !owner) return;
    event.preventDefault();
    if (event.key === "?") this.openSheet();
    else if (owner.matches(TYPES_TEXT)) owner.focus();
    else owner.click();
  }

  openSheet() {
    this.sheetTarget.showModal();
  }

  closeSheet() {
    this.sheetTarget.close();
  }
}

/** What the page itself does with a key goes before what the rail does. @param {string} key @returns {HTMLElement | undefined} */
function ownerOf(key) {
  const owners = [...document.querySelectorAll("[data-shortcut]")].filter(
    (owner) => owner.dataset.shortcut === key && !owner.disabled && owner.checkVisibility(),
  );
  return owners.find((owner) => !owner.closest(".rail")) ?? owners[0];
}
