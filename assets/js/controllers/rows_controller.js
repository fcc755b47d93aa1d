import { Controller } from "@hotwired/stimulus";
import { isCommand } from "../typing.js";

const STEPS = { j: 1, k: -1 };
const ARROWS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * J and K walk through the rows of a list from anywhere on the page, the arrows once the focus is in it;
 * Enter opens, as on any link. Rows are marked data-rows-target="row"; each is or holds one link.
 */
export default class RowsController extends Controller {
  static targets = ["row"];

  /** @param {KeyboardEvent} event */
  key(event) {
    const inside = this.element.contains(document.activeElement);
    const direction = STEPS[event.key.toLowerCase()] ?? (inside ? ARROWS[event.key] : undefined);
    if (!direction || !isCommand(event)) return;
    event.preventDefault();
    this.step(direction);
  }

  /** @param {1 | -1} direction */
  step(direction) {
    const rows = this.rowTargets.filter((row) => row.checkVisibility());
    if (!rows.length) return;
    const focused = rows.findIndex((row) => row.contains(document.activeElement));
    const from = focused >= 0 ? focused : rows.findIndex((row) => linkOf(row).ariaCurrent);
    const next = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + direction));
    linkOf(rows[next]).focus();
    rows[next].scrollIntoView({ block: "nearest" });
  }
}

/** @param {HTMLElement} row @returns {HTMLElement} */
function linkOf(row) {
  return row.matches("a") ? row : (row.querySelector("a[href]") ?? row);
}
