import { Controller } from "@hotwired/stimulus";

const NEAR = 60;

/**
 * The scroll position of a thread: who reads at the bottom stays at the bottom; who reads further up is
 * left alone and told by a button that something arrived below.
 */
export default class ThreadController extends Controller {
  static targets = ["scroller", "jump", "bubble"];

  connect() {
    this.toBottom();
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

  toBottom() {
    this.scrollerTarget.scrollTop = this.scrollerTarget.scrollHeight;
    this.stick = true;
    if (this.hasJumpTarget) this.jumpTarget.hidden = true;
  }
}
