import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { isDone } from "../session.js";

const NEAR = 60;

/**
 * The scroll position of a thread: who reads at the bottom stays at the bottom; who reads further up is
 * left alone and told by a button that something arrived below.
 */
export default class ThreadController extends Controller {
  static targets = ["scroller", "older", "jump", "bubble"];

  connect() {
    if (!this.linked()) this.toBottom();
    this.grow = new ResizeObserver(() => this.stick && this.toBottom());
    this.grow.observe(this.scrollerTarget);
  }

  disconnect() {
    this.grow.disconnect();
  }

  get isAtBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scrollerTarget;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  scrolled() {
    this.stick = this.isAtBottom;
    if (this.stick && this.hasJumpTarget) this.jumpTarget.hidden = true;
  }

  /** @param {HTMLElement} bubble */
  bubbleTargetConnected(bubble) {
    if (this.stick) return this.toBottom();
    const isLast = bubble === this.bubbleTargets.at(-1);
    if (isLast && this.stick === false && this.hasJumpTarget) this.jumpTarget.hidden = false;
  }

  /**
   * A link to one message (`#message-<id>`) opens the thread there; what isn't here yet is fetched, and nothing is
   * when it belongs to another thread. @returns {boolean}
   */
  linked() {
    if (!location.hash.startsWith("#message-")) return false;
    if (this.light(location.hash.slice(1))) return true;
    this.jump({ detail: { anchor: location.hash.slice(1), message: location.hash.slice(9) } });
    return false;
  }

  /** To a message or a note, fetched with what stands around it when it isn't here. @param {{ detail: { anchor: string, message: string } }} event */
  async jump({ detail: { anchor, message } }) {
    if (this.light(anchor) || !message) return;
    await this.fetchAround(message);
    this.light(anchor);
  }

  /** The stretch around a message takes the place of what was fetched before the newest ones. @param {string} message */
  async fetchAround(message) {
    const url = `${this.element.getAttribute("hx-get")}?message=${message}&since=${this.sinceValue}`;
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => undefined); // offline: it stays where it is
    if (!isDone(answer)) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(this.olderTarget.id);
    if (!fresh?.querySelector("[data-testid=message]")) return;
    this.olderTarget.replaceChildren(...fresh.children);
    htmx.process(this.olderTarget);
  }

  /** What repaints the thread begins where it began, so that nothing falls between it and what was fetched before. @param {CustomEvent} event */
  keepFirst({ detail }) {
    if (detail.target?.id === "conversation") detail.parameters.since = this.sinceValue;
  }

  /** The conversation has moved out of one's sight: the answer says so, and takes its place. @param {CustomEvent} event htmx:beforeSwap */
  gone(event) {
    const { detail } = event;
    if (detail.xhr.status !== 404 || detail.target?.id !== "conversation" || !detail.serverResponse.includes("data-out-of-sight")) return;
    detail.shouldSwap = true;
    detail.isError = false;
  }

  get sinceValue() {
    return this.scrollerTarget.querySelector("[name=since]").value;
  }

  /** @param {string} anchor @returns {boolean} whether it is here */
  light(anchor) {
    const row = document.getElementById(anchor);
    if (!row || !this.element.contains(row)) return false;
    this.stick = false;
    this.element.querySelectorAll("[data-lit]").forEach((lit) => { delete lit.dataset.lit; });
    row.scrollIntoView({ block: "center" });
    row.querySelector(".bubble, .note")?.setAttribute("data-lit", "");
    if (this.hasJumpTarget && !this.isAtBottom) this.jumpTarget.hidden = false;
    return true;
  }

  /** Answer to one message: the composer shows its reply page, with the quote. @param {{ params: object }} event */
  quote({ params }) {
    this.element.querySelector("[data-testid=tab-reply]")?.click();
    dispatchEvent(new CustomEvent("quote", { detail: params }));
  }

  toBottom() {
    this.scrollerTarget.scrollTop = this.scrollerTarget.scrollHeight;
    this.stick = true;
    if (this.hasJumpTarget) this.jumpTarget.hidden = true;
  }
}
