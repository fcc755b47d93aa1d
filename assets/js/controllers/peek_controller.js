import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { isCommand } from "../typing.js";
import { focusedRow } from "./bulk_controller.js";

/** Space opens the lead of the focused row in a drawer; while it is open it follows J and K; Space or Escape closes it. */
export default class PeekController extends Controller {
  static targets = ["drawer"];

  connect() {
    this.onFocus = () => this.follow();
    this.element.addEventListener("focusin", this.onFocus);
  }

  disconnect() {
    this.element.removeEventListener("focusin", this.onFocus);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.hasDrawerTarget || !isCommand(event)) return;
    const isOpen = !this.drawerTarget.hidden;
    const isOnButton = event.target instanceof Element && event.target.closest("button, summary, input");
    if (event.key === "Escape" && isOpen) this.close();
    else if (event.key === " " && isOpen) this.close();
    else if (event.key === " " && focusedRow() && !isOnButton) this.open(focusedRow());
    else return;
    event.preventDefault();
  }

  follow() {
    const row = focusedRow();
    if (row && !this.drawerTarget.hidden && row.dataset.leadId !== this.shown) this.open(row);
  }

  /** @param {HTMLElement} row */
  open(row) {
    this.shown = row.dataset.leadId;
    this.drawerTarget.hidden = false;
    const [drawer, url] = [this.drawerTarget, `${this.drawerTarget.dataset.url}${this.shown}/peek/`];
    htmx.ajax("GET", url, { source: drawer, target: drawer, swap: "innerHTML" }); // the last one asked for counts
  }

  close() {
    this.drawerTarget.hidden = true;
    this.shown = undefined;
  }
}
