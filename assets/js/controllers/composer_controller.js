import { Controller } from "@hotwired/stimulus";

const TALLEST = 220;
const IS_TOUCH = matchMedia("(pointer: coarse)");

/**
 * Writing a reply. Enter sends, Shift+Enter breaks the line (on a touch keyboard Enter does too, as in
 * every chat there; the button sends). The draft lives in this browser, one per
 * conversation, until the server has accepted the message: only then is the box emptied. The hidden
 * idempotency key stays the same until then, so a second press cannot send twice.
 */
export default class ComposerController extends Controller {
  static targets = ["input", "count", "key", "send"];
  static values = { conversation: String, limit: { type: Number, default: 4096 } };

  connect() {
    if (!this.inputTarget.value) this.inputTarget.value = localStorage.getItem(this.draftKey) ?? "";
    if (!this.keyTarget.value) this.keyTarget.value = newKey();
    this.changed();
  }

  get draftKey() {
    return `draft:${this.conversationValue}`;
  }

  changed() {
    const text = this.inputTarget.value;
    if (text) localStorage.setItem(this.draftKey, text);
    else localStorage.removeItem(this.draftKey);
    const left = this.limitValue - [...text].length;
    this.countTarget.textContent = String(left);
    this.countTarget.hidden = left > 500;
    this.countTarget.dataset.over = String(left < 0);
    this.sendTarget.disabled = !text.trim() || left < 0;
    this.fit();
  }

  fit() {
    this.inputTarget.style.height = "auto";
    this.inputTarget.style.height = `${Math.min(this.inputTarget.scrollHeight, TALLEST)}px`;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Escape") return this.inputTarget.blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (IS_TOUCH.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    if (!this.sendTarget.disabled) this.element.requestSubmit(this.sendTarget);
  }

  /** Remember what went out, so that words typed meanwhile survive. @param {CustomEvent} event */
  sending(event) {
    if (event.target === this.element) this.sent = this.inputTarget.value;
  }

  /** @param {CustomEvent} event htmx:afterRequest */
  answered(event) {
    if (event.target !== this.element || !event.detail.successful) return;
    if (this.element.querySelector(".field-error")) return; // shown again with what is wrong
    const now = this.inputTarget.value;
    this.inputTarget.value = now.startsWith(this.sent) ? now.slice(this.sent.length) : now;
    this.keyTarget.value = newKey();
    this.changed();
  }
}

/** @returns {string} 128 random bits; works without https too, where crypto.randomUUID does not exist */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
