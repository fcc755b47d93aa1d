import { Controller } from "@hotwired/stimulus";
import { isDone } from "../session.js";

const PATIENCE = 180;
const NAME = "found";

/**
 * Looking for words in the open conversation. The server says where they stand, the youngest first; the thread jumps
 * there (`jump`) and fetches what isn't here yet. Words are painted with the CSS Custom Highlight API.
 */
export default class FindController extends Controller {
  static targets = ["bar", "words", "count", "step"];
  static values = { url: String };

  disconnect() {
    clearTimeout(this.timer);
    CSS.highlights?.delete(NAME);
  }

  open() {
    this.barTarget.hidden = false;
    this.wordsTarget.select();
    this.wordsTarget.focus();
  }

  close() {
    this.barTarget.hidden = true;
    this.wordsTarget.value = "";
    this.show([]);
    this.element.querySelector(".messages")?.focus({ preventScroll: true });
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PATIENCE);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      return this.close();
    }
    if (!step || event.isComposing || event.target !== this.wordsTarget) return;
    event.preventDefault();
    this.walk(step);
  }

  older() {
    this.walk(1);
  }

  newer() {
    this.walk(-1);
  }

  /** An answer that comes when something else is looked for is dropped. */
  async ask() {
    const words = this.wordsTarget.value.trim();
    if (!words) return this.show([]);
    const answer = await fetch(`${this.urlValue}?q=${encodeURIComponent(words)}`, { headers: { "HX-Request": "true" } })
      .catch(() => undefined); // offline: what was found stays
    if (!isDone(answer) || words !== this.wordsTarget.value.trim()) return;
    const { hits, more } = await answer.json();
    if (words === this.wordsTarget.value.trim()) this.show(hits, more);
  }

  /** @param {{ anchor: string, message: string }[]} hits @param {boolean} [more] */
  show(hits, more = false) {
    this.hits = hits;
    this.more = more;
    this.at = -1;
    this.walk(1);
  }

  /** Round and round. @param {number} step */
  walk(step) {
    const all = this.hits?.length ?? 0;
    this.at = all ? (this.at + step + all) % all : -1;
    this.stepTargets.forEach((button) => { button.disabled = all < 2; });
    this.countTarget.textContent = this.said(all);
    if (all) dispatchEvent(new CustomEvent("jump", { detail: this.hits[this.at] }));
    this.paint();
  }

  /** @param {number} all @returns {string} */
  said(all) {
    const { none, of } = this.countTarget.dataset;
    if (!all) return this.wordsTarget.value.trim() ? none : "";
    return of.replace("{n}", this.at + 1).replace("{all}", this.more ? `${all}+` : all);
  }

  /** The words in everything that is on the screen; again after each swap. */
  paint() {
    if (!CSS.highlights) return;
    const words = this.hits?.length ? this.wordsTarget.value.trim().toLowerCase().split(/\s+/) : [];
    if (!words.length) return CSS.highlights.delete(NAME);
    const texts = [...this.element.querySelectorAll("[data-text]:not([hidden]), .note-text")];
    CSS.highlights.set(NAME, new Highlight(...texts.flatMap((text) => words.flatMap((word) => rangesOf(text, word)))));
  }
}

/** @param {Element} element @param {string} word in small letters @returns {Range[]} */
function rangesOf(element, word) {
  const ranges = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    if (text.length !== node.data.length) continue; // letters that grow when they get small: painted nowhere, found all the same
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      ranges.push(range);
    }
  }
  return ranges;
}
