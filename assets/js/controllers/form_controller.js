import { Controller } from "@hotwired/stimulus";

/**
 * A small form on a live page. What is typed in it is left alone by live swaps; once the server has
 * accepted it, it is no longer "typed and not sent": the answer may show in it, and its menu closes.
 */
export default class FormController extends Controller {
  /** @param {CustomEvent} event htmx:beforeOnLoad: the answer is here, nothing is swapped yet */
  answered(event) {
    if (event.target !== this.element || event.detail.xhr.status >= 400) return;
    this.element.reset();
    const menu = this.element.closest("details");
    if (menu) menu.open = false;
  }

  /** Ctrl or Cmd with Enter sends, as in every box where Enter breaks the line. @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
  }
}
