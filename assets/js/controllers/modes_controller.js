import { Controller } from "@hotwired/stimulus";

/**
 * The pages of the composer: a reply, a note, a template. `data-mode` on the element says which one is seen; live
 * swaps leave it alone. A page that is fetched when it is wanted listens for `wanted`.
 */
export default class ModesController extends Controller {
  static targets = ["tab"];

  connect() {
    this.mark();
  }

  tabTargetConnected() {
    this.mark();
  }

  /** @param {{ params: { mode: string } }} event */
  choose({ params }) {
    this.element.dataset.mode = params.mode;
    this.mark();
    if (params.mode === "template") this.element.dispatchEvent(new CustomEvent("wanted"));
    this.element.querySelector(`[data-page="${params.mode}"]`)?.querySelector("textarea, select")?.focus();
  }

  /** Arrows walk from tab to tab, as in every row of tabs. @param {KeyboardEvent} event */
  walk(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.tabTargets.indexOf(document.activeElement);
    const next = this.tabTargets.at((at + step) % this.tabTargets.length);
    next?.focus();
  }

  mark() {
    const { mode } = this.element.dataset;
    for (const tab of this.tabTargets) {
      const isChosen = tab.dataset.modesModeParam === mode;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
  }
}
