import { Controller } from "@hotwired/stimulus";

const CONVERSATION = /\/inbox\/([0-9a-f-]{36})\//;

/**
 * The three panes. On a wide screen all are there; on a phone `data-view` (list, thread, panel) says
 * which one is, and going back is a step in the browser's history.
 */
export default class InboxController extends Controller {
  static targets = ["row"];

  connect() {
    this.element.querySelector(".folder-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  /** A row was chosen: mark it before the answer is here. @param {MouseEvent} event */
  choose(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    this.chosen = event.currentTarget.dataset.conversationId;
    this.select(event.currentTarget);
    this.show("thread");
  }

  /**
   * What was asked about the conversation before (its news, a reply that was on its way) and is answered only now
   * must not take the screen from the one chosen last.
   * @param {CustomEvent} event htmx:beforeSwap
   */
  guard(event) {
    const about = event.detail.pathInfo.requestPath.match(CONVERSATION)?.[1];
    const isLate = this.chosen && about && about !== this.chosen;
    if (event.target.id === "conversation" && isLate) event.detail.shouldSwap = false;
  }

  /** It could not be opened: back to the list, what was open stays alive. @param {CustomEvent} event htmx:afterRequest */
  answered(event) {
    if (event.detail.successful || !this.rowTargets.includes(event.detail.elt)) return;
    this.chosen = undefined;
    this.select(undefined);
    this.mark();
    this.show("list");
  }

  /** After a swap the marked row, and the title, are those of the thread on the screen. */
  mark() {
    const thread = this.element.querySelector("#conversation [data-conversation-id]");
    if (!thread) return;
    this.select(this.rowTargets.find((row) => row.dataset.conversationId === thread.dataset.conversationId));
    document.title = [thread.ariaLabel, ...document.title.split(" · ").slice(-2)].join(" · ");
  }

  /** @param {HTMLElement | undefined} chosen */
  select(chosen) {
    for (const row of this.rowTargets) {
      if (row === chosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  /** On a phone: from the thread to the list, as a step one can undo. @param {MouseEvent} event */
  back(event) {
    event.preventDefault();
    const url = new URL(location.href);
    url.searchParams.delete("open");
    history.pushState({}, "", url);
    this.show("list");
  }

  /** @param {{ params: { view: string } }} event the same button closes what it opened */
  view({ params }) {
    this.show(this.element.dataset.view === params.view ? "thread" : params.view);
  }

  /** @param {string} view */
  show(view) {
    this.element.dataset.view = view;
  }
}
