import { Controller } from "@hotwired/stimulus";

const FAR_ENOUGH = 60; // a swipe, in pixels; shorter ones are taps
const STEEP = 0.6; // more up and down than this is scrolling

/**
 * Parts of a page that stand beside each other on a desk and behind each other on a phone: chosen by a button
 * or by a swipe. The element says which one is shown (data-shown), from the first paint on; the stylesheet hides the
 * others.
 */
export default class TabsController extends Controller {
  static targets = ["tab"];

  connect() {
    this.onStart = (event) => { this.start = event.touches.length === 1 ? event.touches[0] : undefined; };
    this.onEnd = (event) => this.swiped(event.changedTouches[0]);
    this.element.addEventListener("touchstart", this.onStart, { passive: true });
    this.element.addEventListener("touchend", this.onEnd, { passive: true });
  }

  disconnect() {
    this.element.removeEventListener("touchstart", this.onStart);
    this.element.removeEventListener("touchend", this.onEnd);
  }

  /** @param {{ params: { name: string } }} event */
  choose({ params }) {
    this.show(params.name);
  }

  /** @param {string} name */
  show(name) {
    this.element.dataset.shown = name;
    for (const tab of this.tabTargets) tab.ariaPressed = String(tab.dataset.tabsNameParam === name);
  }

  /** @param {Touch} end */
  swiped(end) {
    if (!this.start || this.start.target.closest("input, textarea, select")) return;
    const across = end.clientX - this.start.clientX;
    const along = Math.abs(end.clientY - this.start.clientY);
    if (Math.abs(across) < FAR_ENOUGH || along > Math.abs(across) * STEEP) return;
    const names = this.tabTargets.map((tab) => tab.dataset.tabsNameParam);
    const next = names[names.indexOf(this.element.dataset.shown) + (across < 0 ? 1 : -1)];
    if (next) this.show(next);
  }
}
