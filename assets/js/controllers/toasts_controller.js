import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";

const UNDO_TIME = 8000;
const READ_TIME = 5000;

/**
 * Short notes at the edge of the screen. The server sends them as an HX-Trigger header:
 * {"toast": {"text": "...", "kind": "good|bad|note", "undo_url": "/..."}}. Bad news stays until closed.
 */
export default class ToastsController extends Controller {
  static targets = ["template", "toast"];
  static values = { failed: String, offline: String };

  /** @param {CustomEvent} event */
  tell(event) {
    const { text, kind = "note", undo_url: undoUrl } = event.detail;
    if (text) this.add(text, kind, undoUrl);
  }

  /** A request came back as an error and brought no words of its own. @param {CustomEvent} event */
  refused(event) {
    const header = event.detail.xhr?.getResponseHeader("HX-Trigger") ?? "";
    if (!header.includes("toast")) this.add(this.failedValue, "bad");
  }

  unreachable() {
    this.add(this.offlineValue, "bad");
  }

  /** @param {string} text @param {string} kind @param {string} [undoUrl] */
  add(text, kind, undoUrl) {
    if (!undoUrl && this.toastTargets.some((toast) => toast.querySelector("[data-text]").textContent === text)) return; // it is said already
    const toast = this.templateTarget.content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-text]").textContent = text;
    toast.dataset.kind = kind === "error" ? "bad" : kind;
    const undo = toast.querySelector("[data-undo]");
    if (undoUrl) undo.dataset.undo = undoUrl;
    else undo.remove();
    this.element.append(toast);
  }

  /** Runs for toasts added here and for those the page came with. @param {HTMLElement} toast */
  toastTargetConnected(toast) {
    if (toast.dataset.kind === "bad") return;
    const time = toast.querySelector("[data-undo]") ? UNDO_TIME : READ_TIME;
    this.countDown(toast, time);
  }

  /** The time to read stands still while the pointer or the focus is on the toast. */
  countDown(toast, time) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) this.countDown(toast, 1000);
      else toast.remove();
    }, time);
  }

  /** @param {Event} event */
  undo(event) {
    htmx.ajax("POST", event.currentTarget.dataset.undo, { swap: "none", source: document.body });
    event.currentTarget.closest(".toast").remove();
  }

  /** @param {Event} event */
  close(event) {
    event.currentTarget.closest(".toast").remove();
  }
}
