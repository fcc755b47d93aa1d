import { Controller } from "@hotwired/stimulus";
import { morph } from "../morph.js";

/**
 * A live list whose rows do not move under the pointer. While the pointer is over the list, or a row has
 * the focus, fresh HTML only updates the rows that are on screen; new rows and a new order wait behind
 * the pill. Rows are the children of the `rows` target and need ids; elements named in `also` (counts
 * beside the list) are brought up to date in any case.
 */
export default class SteadyController extends Controller {
  static targets = ["rows", "pill", "count"];
  static values = { also: String };

  /** @returns {Element[]} */
  get present() {
    return [...this.rowsTarget.children].filter(isRow);
  }

  /** @param {CustomEvent} event htmx:beforeSwap on the list itself */
  receive(event) {
    if (event.target !== this.element || event.detail.isError) return;
    this.waiting = undefined; // older than what comes now; a row that leaves with the focus would let it in again
    if (this.isAskedFor() || !(this.isBusy() || this.isLonger())) return;
    const fresh = this.rowsOf(event.detail.serverResponse);
    if (!fresh || (this.sameOrder(fresh) && !this.isLonger())) return;
    event.detail.shouldSwap = false;
    this.waiting = event.detail.serverResponse;
    this.updateOthers();
    this.updateInPlace(fresh);
    if (!this.sameOrder(fresh)) this.offer(fresh);
    else this.settle();
  }

  /** Rows may move when the reader moved them: whoever did says so by data-steady-now. */
  isAskedFor() {
    const asked = "steadyNow" in this.element.dataset;
    delete this.element.dataset.steadyNow;
    return asked;
  }

  /** Nothing waits. */
  settle() {
    this.waiting = undefined;
    this.pillTarget.hidden = true;
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
    if (this.waiting && !this.isBusy() && !this.isLonger()) this.apply();
  }

  /** Pages were put behind the first one: a fresh first page must not take them away. */
  isLonger() {
    return this.rowsTarget.querySelector(":scope > [data-appended]") !== null;
  }

  isBusy() {
    return this.element.matches(":hover") || this.present.some((row) => row.contains(document.activeElement));
  }

  /** @param {string} html @returns {Map<string, Element> | undefined} fresh rows by id */
  rowsOf(html) {
    const list = parse(html, this.element.id);
    if (!list) return undefined;
    const rows = [...list.querySelector('[data-steady-target="rows"]').children];
    return new Map(rows.filter(isRow).map((row) => [row.id, row]));
  }

  /** @param {Map<string, Element>} fresh */
  sameOrder(fresh) {
    const present = this.present.map((row) => row.id);
    return [...fresh.keys()].join() === (this.isLonger() ? present.slice(0, fresh.size) : present).join();
  }

  updateOthers() {
    const others = this.alsoValue.split(" ").map((id) => [document.getElementById(id), parse(this.waiting, id)]);
    others.filter(([old, fresh]) => old && fresh).forEach(([old, fresh]) => morph(old, fresh, "outerHTML"));
  }

  /** @param {Map<string, Element>} fresh */
  updateInPlace(fresh) {
    for (const row of this.present) {
      if (fresh.has(row.id)) morph(row, fresh.get(row.id).cloneNode(true), "outerHTML");
    }
    document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
  }

  /** @param {Map<string, Element>} fresh */
  offer(fresh) {
    const present = this.present.map((row) => row.id);
    const added = [...fresh.keys()].filter((id) => !present.includes(id)).length;
    const risen = [...fresh.keys()].filter((id, index) => index < present.indexOf(id)).length;
    this.countTarget.textContent = String(added || risen || 1);
    this.pillTarget.hidden = false;
  }
}

/** The last row may be one that fetches the next page. @param {Element} row @returns {boolean} */
function isRow(row) {
  return !row.matches(".more-row");
}

/** @param {string} html @param {string} id @returns {Element | null} */
function parse(html, id) {
  return new DOMParser().parseFromString(html, "text/html").getElementById(id);
}
