import { Controller } from "@hotwired/stimulus";

const FROM = 120; // rows; with fewer there is nothing to gain
const AROUND = 40; // rows shown above and below what is in sight

/**
 * A long list lays out and paints the rows near what is in sight only. The others stay in the page (they can be chosen,
 * counted, brought up to date) marked `data-far`, and two fillers keep their place. On what scrolls.
 */
export default class WindowController extends Controller {
  static targets = ["rows", "above", "below"];

  connect() {
    this.heights = new WeakMap();
    this.plan = () => { this.frame ??= requestAnimationFrame(() => this.draw()); };
    this.element.addEventListener("scroll", this.plan, { passive: true });
    document.addEventListener("htmx:afterSettle", this.plan);
  }

  disconnect() {
    this.element.removeEventListener("scroll", this.plan);
    document.removeEventListener("htmx:afterSettle", this.plan);
    cancelAnimationFrame(this.frame);
  }

  draw() {
    this.frame = undefined;
    const rows = [...this.rowsTarget.children];
    const [first, last] = rows.length < FROM ? [0, rows.length] : this.inSight(rows);
    rows.forEach((row, index) => row.toggleAttribute("data-far", (index < first || index > last) && mayGo(row)));
    this.fill(this.aboveTarget, rows.slice(0, first));
    this.fill(this.belowTarget, rows.slice(last + 1));
  }

  /** @param {HTMLElement[]} rows heights are read before anything is written */
  measure(rows) {
    rows.filter((row) => !row.hasAttribute("data-far")).forEach((row) => this.heights.set(row, row.offsetHeight));
  }

  /** @param {HTMLElement[]} rows @returns {[number, number]} the first and the last that are shown */
  inSight(rows) {
    this.measure(rows);
    const from = this.element.scrollTop;
    const until = from + this.element.clientHeight;
    let [top, first, last] = [0, rows.length, 0];
    rows.forEach((row, index) => {
      const bottom = top + this.heightOf(row);
      if (bottom >= from) first = Math.min(first, index);
      if (top <= until) last = index;
      top = bottom;
    });
    return [Math.max(0, Math.min(first, last) - AROUND), last + AROUND];
  }

  /** @param {HTMLElement} filler @param {HTMLElement[]} rows on one side of what is shown */
  fill(filler, rows) {
    const far = rows.filter((row) => row.hasAttribute("data-far"));
    filler.style.height = `${far.reduce((sum, row) => sum + this.heightOf(row), 0)}px`;
  }

  /** @param {HTMLElement} row @returns {number} */
  heightOf(row) {
    return row.hidden ? 0 : this.heights.get(row);
  }
}

/** Who has the focus keeps it, and the row that fetches the next page must be met. @param {HTMLElement} row */
function mayGo(row) {
  return !row.matches(".more-row") && !row.contains(document.activeElement);
}
