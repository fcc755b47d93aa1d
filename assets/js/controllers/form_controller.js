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
    const sent = event.detail.requestConfig?.parameters ?? {};
    const kept = this.boxTargets.filter((box) => box.value !== sent[box.name]); // typed since it was sent
    for (const box of this.boxTargets) if (!kept.includes(box)) box.value = "";
    const saved = [...this.element.elements].filter((field) => "defaultValue" in field && !kept.includes(field));
    for (const field of saved) field.defaultValue = field.value;
    const menu = this.element.closest("details");
    if (menu) menu.open = false;
  }

  /** Ctrl or Cmd with Enter sends, as in every box where Enter breaks the line. @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
  }
}
