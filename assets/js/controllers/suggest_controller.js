import { Controller } from "@hotwired/stimulus";
import { isDone } from "../session.js";

const PATIENCE = 90;
const WORD = { "/": /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u, "@": /(?:^|[\s(])@([\p{L}\p{N}_.@+-]*)$/u };

/**
 * A list that opens above the box while one types "/" (replies kept ready) or "@" (colleagues). Arrows choose, Enter
 * or Tab takes, Escape closes. Answers that come too late are dropped.
 */
export default class SuggestController extends Controller {
  static targets = ["input", "list"];
  static values = { slashUrl: String, atUrl: String };

  disconnect() {
    clearTimeout(this.timer);
  }

  typed() {
    clearTimeout(this.timer);
    const wanted = this.wanted();
    this.asked = wanted;
    if (!wanted) return this.close();
    this.timer = setTimeout(() => this.ask(wanted), PATIENCE);
  }

  /** What stands before the caret: the address to ask, the word, and where it begins. */
  wanted() {
    const before = this.inputTarget.value.slice(0, this.inputTarget.selectionStart);
    for (const [sign, url] of [["/", this.slashUrlValue], ["@", this.atUrlValue]]) {
      const found = url && before.match(WORD[sign]);
      if (found) return { url, word: found[1], from: before.length - found[1].length - 1, to: before.length };
    }
    return undefined;
  }

  async ask(wanted) {
    const answer = await fetch(`${wanted.url}?q=${encodeURIComponent(wanted.word)}`, { headers: { "HX-Request": "true" } })
      .catch(() => undefined);
    if (!isDone(answer) || this.asked !== wanted) return;
    const html = await answer.text();
    if (this.asked !== wanted) return;
    this.listTarget.innerHTML = html;
    this.listTarget.role = "listbox";
    this.listTarget.hidden = false;
    this.inputTarget.setAttribute("aria-expanded", "true");
    this.inputTarget.setAttribute("aria-controls", this.listTarget.id);
    this.options.forEach((option, n) => { option.id = `${this.listTarget.id}-${n}`; });
    this.mark(0);
  }

  get options() {
    return [...this.listTarget.querySelectorAll("[role=option]")];
  }

  /** Before the composer hears of it: keys belong to the open list. @param {KeyboardEvent} event */
  press(event) {
    if (this.listTarget.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const takes = (event.key === "Enter" && !event.shiftKey) || event.key === "Tab";
    if (step) this.mark(this.at + step);
    else if (takes && this.options.length) this.insert(this.options[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {number} n */
  mark(n) {
    const { options } = this;
    this.at = options.length ? (n + options.length) % options.length : 0;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.at)));
    const chosen = options[this.at];
    chosen?.scrollIntoView({ block: "nearest" });
    this.inputTarget.setAttribute("aria-activedescendant", chosen?.id ?? "");
  }

  /** A pointer took it; the box keeps the focus. @param {PointerEvent} event */
  take(event) {
    event.preventDefault();
    this.insert(event.currentTarget);
  }

  /** @param {HTMLElement} option */
  insert(option) {
    const { from, to } = this.asked;
    this.close();
    this.inputTarget.focus();
    this.inputTarget.setRangeText(option.dataset.insert, from, to, "end");
    this.inputTarget.dispatchEvent(new Event("input", { bubbles: true }));
  }

  leave() {
    setTimeout(() => !this.element.contains(document.activeElement) && this.close(), 150);
  }

  close() {
    clearTimeout(this.timer);
    this.asked = undefined;
    this.listTarget.hidden = true;
    this.listTarget.replaceChildren();
    this.inputTarget.removeAttribute("aria-activedescendant");
    this.inputTarget.setAttribute("aria-expanded", "false");
  }
}
