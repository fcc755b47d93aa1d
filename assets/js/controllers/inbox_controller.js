import { Controller } from "@hotwired/stimulus";

/**
 * The three panes. On a wide screen all are there; on a phone `data-view` (list, thread, panel) says
 * which one is, and going back is a step in the browser's history.
 */
export default class InboxController extends Controller {
  static targets = ["row"];

  /** A row was chosen: mark it before the answer is here. @param {MouseEvent} event */
  choose(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    this.rowTargets.forEach((row) => row.toggleAttribute("aria-current", false));
    event.currentTarget.setAttribute("aria-current", "true");
    this.show("thread");
  }

  /** @param {{ params: { view: string } }} event */
  view({ params }) {
    this.show(params.view);
  }

  /** @param {string} view */
  show(view) {
    this.element.dataset.view = view;
  }
}
