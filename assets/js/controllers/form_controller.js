import { Controller } from "@hotwired/stimulus";
import { TYPES_TEXT } from "../typing.js";

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
    const fields = [...this.element.elements];
    const kept = fields.filter((field) => isNewer(field, sent[field.name]));
    for (const field of fields) field.toggleAttribute("data-unsent", kept.includes(field));
    for (const box of this.boxTargets) if (!kept.includes(box)) box.value = "";
    const saved = fields.filter((field) => "defaultValue" in field && !kept.includes(field));
    for (const field of saved) field.defaultValue = field.value;
    const menu = this.element.closest("details");
    if (menu) menu.open = false;
  }

  /** Where each change is saved by itself, Enter has done so already: a form need not be sent as well. */
  rest() {}

  /** Ctrl or Cmd with Enter sends, as in every box where Enter breaks the line. @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
  }
}

/** Typed or chosen since it was sent. @param {HTMLInputElement} field @param {unknown} sent */
function isNewer(field, sent) {
  return field.matches(TYPES_TEXT) && typeof sent === "string" && field.value !== sent;
}
