import { Controller } from "@hotwired/stimulus";

/**
 * A small form on a live page. What is typed in it is left alone by live swaps; once the server has
 * accepted it, it counts as saved (or the box is emptied: data-form-target="box"), and its menu closes.
 */
export default class FormController extends Controller {
  static targets = ["box"];

  /** @param {CustomEvent} event htmx:beforeOnLoad: the answer is here, nothing is swapped yet */
  answered(event) {
    if (event.target !== this.element || event.detail.xhr.status >= 400) return;
    this.boxTargets.forEach((box) => { box.value = ""; });
    for (const field of this.element.elements) if ("defaultValue" in field) field.defaultValue = field.value;
    const menu = this.element.closest("details");
    if (menu) menu.open = false;
  }

  /** Ctrl or Cmd with Enter sends, as in every box where Enter breaks the line. @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
  }
}
