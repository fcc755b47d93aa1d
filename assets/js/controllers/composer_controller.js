import { Controller } from "@hotwired/stimulus";
import { newKey } from "../keys.js";
import { isDone } from "../session.js";
import { UnsavedDraft } from "../unsent.js";

const TALLEST = 220;
const PAUSE = 600; // of the writer, before the server is told of the draft
const IS_TOUCH = matchMedia("(pointer: coarse)");

/**
 * Writing a reply or a note. Enter sends, Shift+Enter breaks the line (on a touch keyboard Enter does too, as in
 * every chat there; the button sends). The draft lives on the server, one per person, conversation and kind; what the
 * server has not confirmed yet waits in this browser, and of the two the newer one counts. Only when the server has
 * accepted the message is the box emptied.
 * The hidden idempotency key stays the same until then, so a second press cannot send twice.
 */
export default class ComposerController extends Controller {
  static targets = ["input", "count", "key", "send", "quoted", "quoting"];
  static values = { conversation: String, kind: String, draftUrl: String, saved: Number, limit: { type: Number, default: 4096 } };

  connect() {
    this.unsaved = new UnsavedDraft(this.kindValue, this.conversationValue, this.savedValue);
    this.takeNewer();
    if (!this.keyTarget.value) this.keyTarget.value = newKey();
    this.onHide = () => this.flush();
    addEventListener("pagehide", this.onHide);
    this.show();
  }

  disconnect() {
    removeEventListener("pagehide", this.onHide);
    this.flush();
  }

  /** Of two copies the newer one counts. */
  takeNewer() {
    const here = this.unsaved.get();
    if (!here || here.text === this.inputTarget.value) return;
    if (!this.unsaved.isNewer()) return this.unsaved.forget();
    this.inputTarget.value = here.text;
    this.keepSoon();
  }

  changed() {
    this.unsaved.keep(this.inputTarget.value);
    this.keepSoon();
    this.show();
  }

  show() {
    const text = this.inputTarget.value;
    const left = this.limitValue - [...text].length;
    this.countTarget.textContent = String(left);
    this.countTarget.hidden = left > 500;
    this.countTarget.dataset.over = String(left < 0);
    this.sendTarget.disabled = !text.trim() || left < 0;
    this.fit();
  }

  fit() {
    this.inputTarget.style.height = "auto";
    if (this.inputTarget.scrollHeight) this.inputTarget.style.height = `${Math.min(this.inputTarget.scrollHeight, TALLEST)}px`;
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), PAUSE);
  }

  /** One after another, so that an older wording never arrives last. */
  keep() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.inputTarget.value;
    this.kept = (this.kept ?? Promise.resolve()).then(() => this.post(text));
  }

  /** @param {string} text */
  async post(text) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.element.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("kind", this.kindValue);
    body.set("text", text);
    const answer = await fetch(this.draftUrlValue, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true" } })
      .catch(() => undefined); // offline: it waits in this browser
    if (isDone(answer)) this.unsaved.confirm(text, Number(answer.headers.get("X-Draft-Saved")));
  }

  /** Somebody leaves before the pause was over. */
  flush() {
    if (this.timer) this.keep();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Escape") return this.inputTarget.blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (IS_TOUCH.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    if (!this.sendTarget.disabled) this.element.requestSubmit(this.sendTarget);
  }

  /** Somebody chose a message to answer to. @param {CustomEvent} event */
  quote({ detail }) {
    if (!this.hasQuotedTarget) return;
    this.quotingTarget.value = detail.message;
    this.quotedTarget.querySelector("[data-who]").textContent = detail.who;
    this.quotedTarget.querySelector("[data-words]").textContent = detail.words;
    this.quotedTarget.hidden = false;
    this.inputTarget.focus();
  }

  unquote() {
    if (!this.hasQuotedTarget) return;
    this.quotingTarget.value = "";
    this.quotedTarget.hidden = true;
  }

  /** The form itself, or one of its buttons that sends it elsewhere. @param {CustomEvent} event */
  isOurs({ target }) {
    return target === this.element || target.matches("[data-later]");
  }

  /** Remember what went out, so that words typed meanwhile survive. @param {CustomEvent} event */
  sending(event) {
    if (this.isOurs(event)) this.sent = this.inputTarget.value;
  }

  /** @param {CustomEvent} event htmx:afterRequest */
  answered(event) {
    if (!this.isOurs(event) || !event.detail.successful) return;
    if (this.element.querySelector(".field-error")) return; // shown again with what is wrong
    const now = this.inputTarget.value;
    this.inputTarget.value = now.startsWith(this.sent) ? now.slice(this.sent.length) : now;
    this.keyTarget.value = newKey();
    this.element.querySelector("details[open]")?.removeAttribute("open"); // the menu it was sent from
    this.unquote();
    this.unsaved.keep(this.inputTarget.value);
    this.keep(); // behind a wording that may still be on its way
    this.show();
  }
}
