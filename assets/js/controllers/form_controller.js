import { Controller } from "@hotwired/stimulus";

/** A small form on a live page: once accepted it shows what the server says, and its menu closes. */
export default class FormController extends Controller {
  /** @param {CustomEvent} event htmx:afterRequest */
  answered(event) {
    if (event.target !== this.element || !event.detail.successful) return;
    this.element.reset();
    const menu = this.element.closest("details");
    if (menu) menu.open = false;
  }

  /** Ctrl or Cmd with Enter sends, as in every box where Enter breaks the line. @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
  }
}
