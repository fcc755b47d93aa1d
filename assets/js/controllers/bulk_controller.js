import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { isCommand } from "../typing.js";

/**
 * Choosing rows of the list, and what is done to the chosen ones. Choices are kept by id, so they outlive live
 * swaps and pages that come while one scrolls; "everything" means all that match, on whichever page.
 */
export default class BulkController extends Controller {
  static targets = ["pick", "all", "bar", "count", "everything"];
  static values = { url: String };

  initialize() {
    this.chosen = new Set();
    this.isEverything = false;
  }

  connect() {
    this.onSwap = () => this.show();
    document.addEventListener("htmx:afterSwap", this.onSwap);
    document.addEventListener("htmx:afterSettle", this.onSwap);
    this.show();
  }

  disconnect() {
    document.removeEventListener("htmx:afterSwap", this.onSwap);
    document.removeEventListener("htmx:afterSettle", this.onSwap);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!isCommand(event) || !this.hasBarTarget) return;
    const key = event.key.toLowerCase();
    if (key === "escape" && this.chosen.size) this.clear();
    else if (key === "x") this.toggle(focusedRow());
    else if ((key === "a" || key === "s") && !this.chosen.size && focusedRow()) this.openMenu(key);
    else return;
    event.preventDefault();
  }

  /** A and S on a row nobody has chosen mean that row. @param {string} key */
  openMenu(key) {
    this.toggle(focusedRow());
    this.barTarget.querySelector(`[data-shortcut="${key}"]`)?.click();
  }

  /** @param {Element | null} row */
  toggle(row) {
    const box = row?.querySelector('[data-bulk-target="pick"]');
    if (!box) return;
    box.checked = !box.checked;
    this.choose(box);
  }

  /** @param {Event} event a box was ticked by hand */
  changed(event) {
    if (event.target.matches?.('[data-bulk-target="pick"]')) this.choose(event.target);
  }

  /** Shift and click: from the last box to this one. @param {MouseEvent} event */
  range(event) {
    const box = event.target.closest?.('[data-bulk-target="pick"]');
    if (!box) return;
    const boxes = this.pickTargets;
    const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((a, b) => a - b);
    if (!event.shiftKey || from < 0) return; // the box itself is told by its change
    const isChosen = box.checked;
    boxes.slice(from, to + 1).forEach((each) => this.set(each, isChosen));
    this.show();
  }

  /** @param {HTMLInputElement} box */
  choose(box) {
    this.set(box, box.checked);
    this.last = box;
    this.show();
  }

  /** @param {HTMLInputElement} box @param {boolean} isChosen */
  set(box, isChosen) {
    this.isEverything = false;
    if (isChosen) this.chosen.add(box.value);
    else this.chosen.delete(box.value);
  }

  pickAll() {
    this.pickTargets.forEach((box) => this.set(box, this.allTarget.checked));
    this.show();
  }

  pickEverything() {
    this.pickTargets.forEach((box) => this.chosen.add(box.value));
    this.isEverything = true;
    this.show();
  }

  clear() {
    this.chosen.clear();
    this.isEverything = false;
    this.show();
  }

  /** Every box, and the bar, as the choice is now. */
  show() {
    this.pickTargets.forEach((box) => {
      box.checked = this.chosen.has(box.value);
      box.closest("tr").toggleAttribute("data-chosen", box.checked);
    });
    if (this.hasAllTarget) this.allTarget.checked = this.pickTargets.length > 0 && this.pickTargets.every((box) => box.checked);
    if (!this.hasBarTarget) return;
    this.barTarget.hidden = !this.chosen.size;
    this.countTarget.textContent = this.isEverything ? this.everythingTarget.dataset.text : String(this.chosen.size);
    const isWhole = this.pickTargets.length > 0 && this.pickTargets.every((box) => box.checked);
    if (this.hasEverythingTarget) this.everythingTarget.hidden = this.isEverything || !isWhole;
  }

  /** @param {SubmitEvent} event one of the bar's menus */
  run(event) {
    event.preventDefault();
    const form = event.target;
    const values = Object.fromEntries(new FormData(form, event.submitter));
    if (this.isEverything) values.everything = "1";
    else values.lead = [...this.chosen];
    form.closest("details").open = false;
    htmx.ajax("POST", form.getAttribute("action"), { source: form, target: "#job-progress", swap: "outerHTML", values })
      .then(() => this.clear());
  }

  hideProgress() {
    document.getElementById("job-progress").hidden = true;
  }

  /** The list after something of ours has changed it: as it is now, wherever the pointer is. */
  refresh() {
    const table = document.getElementById("lead-table");
    table.dataset.steadyNow = "";
    htmx.ajax("GET", location.pathname + location.search, {
      source: table, target: table, select: "#lead-table", swap: "morph:outerHTML",
    });
  }

  /** Fold or unfold a group. @param {MouseEvent} event */
  fold(event) {
    const button = event.currentTarget;
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    let row = button.closest("tr").nextElementSibling;
    for (; row && !row.matches(".group-row, .more-row"); row = row.nextElementSibling) row.hidden = isOpen;
  }
}

/** @returns {Element | null} the row in which the focus is */
export function focusedRow() {
  return document.activeElement?.closest('[data-testid="lead-row"]') ?? null;
}
