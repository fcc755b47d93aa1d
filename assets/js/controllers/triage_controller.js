import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { isCommand } from "../typing.js";

const KEYS = { e: "close", u: "unread" };
const ASKS = { a: "assign", l: "label", p: "priority", s: "snooze" };

/**
 * Sorting the list: X or a tick picks rows (with Shift a range), and what is done is done to all of them; without
 * any picked, to the row in focus, else to the open conversation. One address does it, whatever the number. The
 * answer's toast offers the way back.
 */
export default class TriageController extends Controller {
  static targets = ["row", "bar", "count", "menu", "sheet", "title", "body", "start"];
  static values = { url: String, choices: String, folder: String };

  initialize() {
    this.picked = new Set();
  }

  rowTargetConnected(row) {
    this.show(row);
  }

  /** @param {HTMLElement} row */
  show(row) {
    const box = row.querySelector("input[type=checkbox]");
    if (box) box.checked = this.picked.has(row.dataset.id);
    row.toggleAttribute("data-picked", this.picked.has(row.dataset.id));
  }

  /** After anything was swapped: rows that are gone are picked no more. */
  reflect() {
    const present = new Set(this.rowTargets.map((row) => row.dataset.id));
    this.picked.forEach((id) => present.has(id) || this.picked.delete(id));
    this.rowTargets.forEach((row) => this.show(row));
    this.countTarget.textContent = String(this.picked.size);
    this.barTarget.hidden = !this.picked.size && !this.isPicking;
    this.element.toggleAttribute("data-picking", this.isPicking || this.picked.size > 0);
    if (this.hasStartTarget) this.startTarget.ariaPressed = String(!this.barTarget.hidden);
    this.returnFocus();
  }

  /** Where there is no pointer to show the ticks: they come, and stay, until nothing is picked any more. */
  start() {
    if (!this.barTarget.hidden) return this.clear();
    this.isPicking = true;
    this.reflect();
  }

  clear() {
    this.isPicking = false;
    this.picked.clear();
    this.reflect();
  }

  all() {
    this.rowTargets.forEach((row) => this.picked.add(row.dataset.id));
    this.reflect();
  }

  /** @param {MouseEvent} event a click on a row's tick */
  pick(event) {
    event.stopPropagation();
    const row = event.currentTarget.closest("[data-id]");
    this.toggle(row, event.currentTarget.checked, event.shiftKey);
  }

  /** @param {HTMLElement} row @param {boolean} on @param {boolean} toHere everything since the last one, too */
  toggle(row, on, toHere = false) {
    const ids = this.rowTargets.map((each) => each.dataset.id);
    const [from, to] = [ids.indexOf(this.last), ids.indexOf(row.dataset.id)].sort((a, b) => a - b);
    const range = toHere && from >= 0 ? ids.slice(from, to + 1) : [row.dataset.id];
    range.forEach((id) => (on ? this.picked.add(id) : this.picked.delete(id)));
    this.last = row.dataset.id;
    this.reflect();
  }

  /** Before the page's other shortcuts, and only when there is something to do it to. @param {KeyboardEvent} event */
  key(event) {
    if (!isCommand(event)) return;
    const key = event.key.toLowerCase();
    if (key === "escape" && !this.menuTarget.hidden) return this.closeMenu();
    if (key === "escape" && !this.barTarget.hidden) return this.clear();
    if (key === "x" && this.focused()) return this.take(event, () => this.toggle(this.focused(), !this.picked.has(this.focused().dataset.id), event.shiftKey));
    const hasTarget = this.picked.size > 0 || this.focused();
    if (KEYS[key] && (hasTarget || (key === "u" && this.openId()))) this.take(event, () => this.send(this.turned(KEYS[key])));
    else if (ASKS[key] && this.ids().length) this.take(event, () => this.offer(ASKS[key]));
  }

  /** @param {KeyboardEvent} event @param {() => void} act */
  take(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  /** U turns round what the row is. @param {string} act */
  turned(act) {
    const rows = this.rowTargets.filter((row) => this.ids().includes(row.dataset.id));
    const isUnread = rows.length > 0 && rows.every((row) => row.querySelector("[data-unread]"));
    return act === "unread" && isUnread ? "read" : act;
  }

  /** @returns {HTMLElement | undefined} the row that has the focus */
  focused() {
    return this.rowTargets.find((row) => row.contains(document.activeElement));
  }

  /** @returns {string | undefined} */
  openId() {
    return document.querySelector("#conversation [data-conversation-id]")?.dataset.conversationId;
  }

  /** @returns {string[]} what an act is done to */
  ids() {
    if (this.held) return this.held;
    if (this.picked.size) return [...this.picked];
    const one = this.focused()?.dataset.id ?? this.openId();
    return one ? [one] : [];
  }

  /** @param {{ params: { act: string } }} event a button of the bar or of a row's menu */
  press({ params }) {
    this.closeMenu();
    this.send(params.act);
  }

  /** @param {{ params: { act: string } }} event */
  ask({ params }) {
    this.closeMenu();
    this.offer(params.act);
  }

  /** Show to whom, which label, or until when. @param {string} kind */
  async offer(kind) {
    this.held = this.ids();
    if (!this.held.length) return;
    await htmx.ajax("GET", this.choicesValue, { target: this.bodyTarget, swap: "innerHTML", source: this.bodyTarget });
    const sections = [...this.bodyTarget.querySelectorAll("[data-choice]")];
    sections.forEach((section) => { section.hidden = section.dataset.choice !== kind; });
    this.titleTarget.textContent = sections.find((section) => !section.hidden)?.dataset.title ?? "";
    this.sheetTarget.showModal();
    this.bodyTarget.querySelector("section:not([hidden]) button")?.focus();
  }

  /** @param {{ params: { act: string, value: string } }} event */
  choose({ params }) {
    this.send(params.act, String(params.value));
    this.leave();
  }

  /** @param {SubmitEvent} event */
  chooseDate(event) {
    event.preventDefault();
    this.send("snooze", event.currentTarget.querySelector("input").value);
    this.leave();
  }

  leave() {
    this.sheetTarget.close();
  }

  closed() {
    this.held = undefined;
    this.returnFocus();
  }

  /** Up and down in the sheet. @param {KeyboardEvent} event */
  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("input")) return;
    event.preventDefault();
    const items = [...this.bodyTarget.querySelectorAll("section:not([hidden]) .menu-item")];
    items[items.indexOf(document.activeElement) + step]?.focus();
  }

  /** @param {string} act @param {string} [value] */
  send(act, value = "") {
    const ids = this.ids();
    this.held = undefined;
    if (!ids.length) return;
    const rows = this.rowTargets;
    const at = rows.findIndex((row) => ids.includes(row.dataset.id));
    const others = rows.filter((row, index) => index > at && !ids.includes(row.dataset.id));
    this.wanted = this.focused() ? [this.focused().id, others[0]?.id, rows[at - 1]?.id] : undefined;
    htmx.ajax("POST", this.urlValue, { values: { act, value, ids }, swap: "none", source: document.body });
  }

  /** It was done, or taken back: the list shows it now, also under the pointer, because that is what was asked for. */
  acted() {
    this.isPicking = false;
    this.picked.clear();
    const list = this.element.querySelector(".list");
    htmx.trigger(list, "htmx:abort"); // an answer on its way may still show how it was
    list.dataset.steadyNow = "";
    list.dispatchEvent(new CustomEvent("live"));
    document.querySelector("#conversation [data-live-topic]")?.dispatchEvent(new CustomEvent("live"));
    this.reflect();
  }

  /** The row one was at keeps the focus; when it has left the list, the next one gets it. */
  returnFocus() {
    if (!this.wanted || this.sheetTarget.open || document.activeElement !== document.body) return;
    const row = this.wanted.map((id) => id && document.getElementById(id)).find(Boolean);
    row?.querySelector("a[href]")?.focus();
  }

  /** @param {MouseEvent} event a right click, or a long touch, on a row */
  menu(event) {
    const row = event.target.closest("[data-id]");
    if (!row) return;
    event.preventDefault();
    this.held = this.picked.has(row.dataset.id) ? [...this.picked] : [row.dataset.id];
    this.menuLink = row.querySelector("a[href]").href;
    for (const item of this.menuTarget.querySelectorAll("[data-only]")) item.hidden = item.dataset.only !== this.folderValue;
    this.menuTarget.hidden = false;
    const { offsetWidth, offsetHeight, style } = this.menuTarget;
    style.left = `${Math.max(8, Math.min(event.clientX, innerWidth - offsetWidth - 8))}px`;
    style.top = `${Math.max(8, Math.min(event.clientY, innerHeight - offsetHeight - 8))}px`;
    this.menuTarget.querySelector("button").focus();
  }

  closeMenu() {
    this.menuTarget.hidden = true;
  }

  /** @param {PointerEvent} event */
  outside(event) {
    if (this.menuTarget.hidden || this.menuTarget.contains(event.target)) return;
    this.held = undefined;
    this.closeMenu();
  }

  copyLink() {
    navigator.clipboard?.writeText(this.menuLink);
    this.held = undefined;
    this.closeMenu();
  }
}
