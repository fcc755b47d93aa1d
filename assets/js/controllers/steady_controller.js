import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { morph } from "../morph.js";

/**
 * A live list whose rows do not move under the pointer. While the pointer is over the list, or a row has
 * the focus, fresh HTML only updates the rows that are on screen; new rows and a new order wait behind
 * the pill. Rows need ids and data-steady-target="row".
 */
export default class SteadyController extends Controller {
  static targets = ["row", "pill", "count"];

  /** @param {CustomEvent} event htmx:beforeSwap on the list itself */
  receive(event) {
    if (event.target !== this.element || !this.isBusy() || event.detail.isError) return;
    const fresh = this.rowsOf(event.detail.serverResponse);
    if (!fresh || this.sameOrder(fresh)) return;
    event.detail.shouldSwap = false;
    this.waiting = event.detail.serverResponse;
    this.updateInPlace(fresh);
    this.offer(fresh);
  }

  /** Let everything that waits into the list. */
  apply() {
    if (!this.waiting) return;
    const fresh = parse(this.waiting, this.element.id);
    this.waiting = undefined;
    morph(this.element, fresh, "outerHTML");
    document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
  }

  /** Nobody is pointing or reading by keyboard any more: there is nothing left to disturb. */
  left() {
    if (this.waiting && !this.isBusy()) this.apply();
  }

  isBusy() {
    return this.element.matches(":hover") || this.rowTargets.some((row) => row.contains(document.activeElement));
  }

  /** @param {string} html @returns {Map<string, Element> | undefined} fresh rows by id */
  rowsOf(html) {
    const list = parse(html, this.element.id);
    if (!list) return undefined;
    const rows = [...list.querySelectorAll('[data-steady-target~="row"]')];
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** @param {Map<string, Element>} fresh */
  sameOrder(fresh) {
    return [...fresh.keys()].join() === this.rowTargets.map((row) => row.id).join();
  }

  /** @param {Map<string, Element>} fresh */
  updateInPlace(fresh) {
    for (const row of this.rowTargets) {
      if (fresh.has(row.id)) morph(row, fresh.get(row.id).cloneNode(true), "outerHTML");
    }
    document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
  }

  /** @param {Map<string, Element>} fresh */
  offer(fresh) {
    const present = this.rowTargets.map((row) => row.id);
    const added = [...fresh.keys()].filter((id) => !present.includes(id)).length;
    const moved = [...fresh.keys()].filter((id, index) => present[index] !== id).length;
    this.countTarget.textContent = String(added || moved);
    this.pillTarget.hidden = false;
    htmx.process(this.pillTarget);
  }
}

/** @param {string} html @param {string} id @returns {Element | null} */
function parse(html, id) {
  return new DOMParser().parseFromString(html, "text/html").getElementById(id);
}
