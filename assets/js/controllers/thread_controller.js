import { Controller } from "@hotwired/stimulus";

const NEAR = 60;

/**
 * The scroll position of a thread: who reads at the bottom stays at the bottom; who reads further up is
 * left alone and told by a button that something arrived below.
 */
export default class ThreadController extends Controller {
  static targets = ["scroller", "jump", "bubble"];

  connect() {
    if (!this.toLinked()) this.toBottom();
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

  /** A link to one message (`#message-<id>`) opens the thread there. @returns {boolean} */
  toLinked() {
    const linked = location.hash.startsWith("#message-") && document.getElementById(location.hash.slice(1));
    if (!linked || !this.element.contains(linked)) return false;
    this.stick = false;
    linked.scrollIntoView({ block: "center" });
    linked.querySelector(".bubble")?.setAttribute("data-lit", "");
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
