import { Controller } from "@hotwired/stimulus";
import { isDone, leaveIfOver } from "../session.js";
import { isCommand } from "../typing.js";
import { focusedRow } from "./bulk_controller.js";

const CLOSED = "disqualified"; // the status that needs a reason

/**
 * Cells that are edited where they stand: a double click, or E on a focused row. Enter saves, Tab saves and goes on
 * to the next cell, Escape leaves everything as it was.
 */
export default class EditController extends Controller {
  static values = { query: String, can: Boolean };

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.cell && event.target.closest?.(".cell-editor")) this.inside(event);
    else if (isCommand(event) && event.key.toLowerCase() === "e" && focusedRow()) {
      event.preventDefault();
      this.open(focusedRow().querySelector("[data-edit]"));
    }
  }

  /** @param {KeyboardEvent} event */
  inside(event) {
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter") this.save();
    else if (event.key === "Tab") this.save(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  start(event) {
    const cell = event.target.closest("[data-edit]");
    if (!cell || event.target.closest(".cell-editor")) return;
    event.preventDefault();
    this.open(cell);
  }

  /** @param {HTMLElement | null} cell */
  async open(cell) {
    if (!cell || !this.canValue) return;
    this.leave();
    const lead = cell.closest("tr").dataset.leadId;
    const answer = await fetch(`/leads/${lead}/editor/${cell.dataset.edit}/`, { headers: { "HX-Request": "true" } });
    if (!isDone(answer)) return tell(answer);
    this.cell = cell;
    this.before = [...cell.childNodes];
    cell.innerHTML = await answer.text();
    cell.dataset.editing = "";
    const input = cell.querySelector("input:not([type=hidden]), select");
    input.focus();
    input.select?.();
    input.addEventListener("change", () => this.changed(input));
  }

  /** A choice is saved at once, unless it needs a reason. @param {HTMLInputElement | HTMLSelectElement} input */
  changed(input) {
    const reason = this.cell?.querySelector('[name="reason"]');
    if (!input.matches("select")) return;
    if (!reason || input.value !== CLOSED) return void this.save();
    reason.hidden = false;
    reason.focus();
  }

  leave() {
    if (!this.cell) return;
    const row = this.cell.closest("tr");
    this.cell.replaceChildren(...this.before);
    delete this.cell.dataset.editing;
    this.cell = undefined;
    row.querySelector("a[href]")?.focus();
  }

  /** @param {1 | -1 | 0} [step] which cell is edited next */
  async save(step = 0) {
    const [form, row, field] = [this.cell.querySelector("form"), this.cell.closest("tr"), this.cell.dataset.edit];
    const url = `${form.getAttribute("action")}?${this.queryValue}`;
    const answer = await fetch(url, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
    if (!isDone(answer)) return tell(answer);
    this.cell = undefined;
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const fresh = holder.content.firstElementChild;
    row.replaceWith(fresh);
    fresh.querySelector("a[href]")?.focus();
    document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
    const fields = [...fresh.querySelectorAll("[data-edit]")];
    const next = fields.findIndex((cell) => cell.dataset.edit === field) + step;
    if (step && fields[next]) this.open(fields[next]);
  }
}

/** A refusal brings its words in a header, as for every fragment. @param {Response} answer */
function tell(answer) {
  leaveIfOver(answer);
  const said = answer.headers.get("HX-Trigger");
  if (said) document.dispatchEvent(new CustomEvent("toast", { detail: JSON.parse(said).toast }));
}
