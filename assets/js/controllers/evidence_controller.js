import { Controller } from "@hotwired/stimulus";

const NAME = "evidence";

/**
 * Where a fact came from: pointing at a slot lights up the very words in the thread, choosing it scrolls
 * there. Words are painted with the CSS Custom Highlight API, which does not touch the thread's HTML; an
 * older browser gets an outlined bubble instead.
 */
export default class EvidenceController extends Controller {
  /** @param {{ params: { message: string, quote: string } }} event */
  show({ params }) {
    this.clear();
    const bubble = document.querySelector(`[data-message-id="${CSS.escape(params.message ?? "")}"]`);
    if (!bubble) return;
    bubble.dataset.lit = "";
    const words = rangeOf(bubble, params.quote ?? "");
    if (words && CSS.highlights) CSS.highlights.set(NAME, new Highlight(words));
  }

  /** To the words, if their thread is on this page; else the link leads to it. @param {MouseEvent} event */
  go(event) {
    this.show(event);
    const bubble = document.querySelector("[data-lit]");
    if (!bubble || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    bubble.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  clear() {
    CSS.highlights?.delete(NAME);
    document.querySelectorAll("[data-lit]").forEach((bubble) => delete bubble.dataset.lit);
  }
}

/**
 * The quoted words inside one bubble's text.
 * @param {Element} bubble
 * @param {string} quote
 * @returns {Range | undefined}
 */
function rangeOf(bubble, quote) {
  const walker = document.createTreeWalker(bubble.querySelector("[data-text]") ?? bubble, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.toLowerCase().indexOf(quote.toLowerCase());
    if (!quote || at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + quote.length);
    return range;
  }
  return undefined;
}
