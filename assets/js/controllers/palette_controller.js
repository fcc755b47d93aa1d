import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { isCommand } from "../typing.js";
import { fitting, show } from "../palette_rows.js";
import { forgetAtSignOut, recents, remember, rememberPage } from "../recents.js";

const PAUSE = 120; // between the last letter and the question to the server
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * The command palette: find anything, do anything. It opens from what the page and the browser know, and asks the
 * server behind it; an answer that comes too late for what is typed now is dropped. On <body>.
 */
export default class PaletteController extends Controller {
  static targets = ["dialog", "input", "list", "level", "none", "row", "status", "words"];
  static values = { owner: String, actsUrl: String, searchUrl: String };

  connect() {
    this.levels = [];
    this.rows = [];
    this.asked = 0;
    this.here = [];
    this.onRan = (event) => this.ran(event);
    this.dialogTarget.addEventListener("htmx:afterRequest", this.onRan);
    rememberPage(this.ownerValue);
    forgetAtSignOut();
    if (/Mac|iPhone|iPad/.test(navigator.platform)) {
      document.querySelectorAll("kbd[data-mod]").forEach((key) => { key.textContent = "⌘"; });
    }
  }

  disconnect() {
    this.dialogTarget.removeEventListener("htmx:afterRequest", this.onRan);
  }

  /** @param {KeyboardEvent} event anywhere on the page */
  press(event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return this.dialogTarget.open ? this.close() : this.open();
    }
    if (event.key === "/" && isCommand(event)) {
      event.preventDefault(); // the page's own search box was focused already, where it has one
      this.open();
    }
  }

  open() {
    this.words = JSON.parse(this.wordsTarget.textContent);
    this.house = JSON.parse(document.getElementById("palette-acts").textContent);
    this.levels = [];
    this.here = [];
    this.found = [];
    this.inputTarget.value = "";
    this.dialogTarget.showModal();
    this.render();
    this.askWhatCanBeDone(location.pathname + location.search).then((offer) => {
      if (!offer?.acts.length || !this.dialogTarget.open) return;
      this.here = [{ label: offer.about, acts: offer.acts }];
      this.render();
    });
  }

  close() {
    this.dialogTarget.close();
  }

  /** Escape and the level's name: one level up, then out. @param {Event} event */
  back(event) {
    event?.preventDefault();
    if (!this.levels.length) return this.close();
    this.levels.pop();
    this.inputTarget.value = "";
    this.render();
  }

  /** @param {MouseEvent} event */
  outside(event) {
    if (event.target === this.dialogTarget) this.close();
  }

  get text() {
    return this.inputTarget.value.trim();
  }

  /** @returns {{label: string, acts: import("../palette_rows.js").Act[], asks?: Object} | undefined} */
  get level() {
    return this.levels.at(-1);
  }

  typed() {
    this.found = this.level ? [] : this.found;
    this.render();
    clearTimeout(this.timer);
    const mine = ++this.asked;
    if (this.level || !this.asks(this.text)) return;
    this.timer = setTimeout(() => this.search(mine), PAUSE);
  }

  /** Does this want an answer of the server? @param {string} text */
  asks(text) {
    this.found = text ? this.found : [];
    return text.replace(/^@\s*/, "").length > 1 && !/^[>!?]/.test(text);
  }

  /** @param {number} mine which question this is; only the newest one's answer counts */
  async search(mine) {
    const people = this.text.startsWith("@");
    const query = new URLSearchParams({ q: this.text.replace(/^@\s*/, ""), ...(people ? { people: "1" } : {}) });
    const answer = await this.ask(`${this.searchUrlValue}?${query}`);
    if (mine !== this.asked || !this.dialogTarget.open) return;
    this.found = answer?.groups ?? [];
    this.isAway = !answer;
    this.render({ isAnswer: true });
  }

  askWhatCanBeDone(address) {
    return this.ask(`${this.actsUrlValue}?${new URLSearchParams({ at: address })}`);
  }

  async ask(url) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      return answer.ok && !answer.redirected ? await answer.json() : undefined;
    } catch {
      return undefined; // away: what is here already still works
    }
  }

  /** @returns {import("../palette_rows.js").Group[]} what to show for what is typed */
  groups() {
    if (this.level) return [{ label: this.level.label, acts: this.level.asks ? [] : fitting(this.level.acts, this.text) }];
    const { house, settings } = this.house;
    const [sign] = this.text;
    const rest = this.text.slice(1).trim();
    if (sign === ">") return [...this.narrowed(this.here, rest), { label: this.words.do, acts: fitting(house, rest) }];
    if (sign === "!") return [{ label: this.words.settings, acts: fitting(settings, rest) }];
    if (sign === "?") return [{ label: this.words.keys, acts: fitting(keysOfHelp(), rest) }];
    if (sign === "@") return this.found;
    if (!this.text) {
      return [...this.here, { label: this.words.recently, acts: recents(this.ownerValue) }, { label: this.words.do, acts: house }];
    }
    const acts = { label: this.words.do, acts: [...fitting(house, this.text), ...fitting(settings, this.text)].slice(0, 6) };
    return [...this.narrowed(this.here, this.text), ...this.found, acts];
  }

  narrowed(groups, text) {
    return groups.map(({ label, acts }) => ({ label, acts: fitting(acts, text) }));
  }

  /** The rows anew; the choice stays with its row where that is still there. */
  render({ isAnswer = false } = {}) {
    const before = this.chosen?.act.label;
    const kept = isAnswer && this.moved ? before : undefined;
    this.rows = show(this.listTarget, this.rowTarget, this.groups());
    this.showLevel();
    const place = this.rows.findIndex(({ act }) => act.label === kept);
    this.choose(place >= 0 ? place : this.rows.findIndex(({ act }) => !act.why));
    this.moved = isAnswer && this.moved;
    this.sayHowMany(isAnswer);
  }

  showLevel() {
    this.levelTarget.hidden = !this.level;
    this.levelTarget.textContent = this.level?.label ?? "";
  }

  sayHowMany(isAnswer) {
    const isQuestion = this.level?.asks;
    const isEmpty = !this.rows.length && (isAnswer || this.level || /^[>!?]/.test(this.text));
    const nothing = this.isAway ? this.words.away : this.level || /^[>!?]/.test(this.text) ? this.words.noneHere : this.words.none;
    this.noneTarget.hidden = !isEmpty && !isQuestion;
    this.noneTarget.textContent = isQuestion ? this.words.ask : nothing;
    this.statusTarget.textContent = isEmpty || isQuestion ? this.noneTarget.textContent : this.words.count.replace("%n", this.rows.length);
  }

  /** @param {number} place */
  choose(place) {
    this.chosen?.element.setAttribute("aria-selected", "false");
    this.chosen = this.rows[place];
    this.chosen?.element.setAttribute("aria-selected", "true");
    this.chosen?.element.scrollIntoView({ block: "nearest" });
    if (this.chosen) this.inputTarget.setAttribute("aria-activedescendant", this.chosen.element.id);
    else this.inputTarget.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event in the input */
  move(event) {
    if (event.isComposing) return;
    const at = this.rows.indexOf(this.chosen);
    const atEnd = this.inputTarget.selectionStart === this.inputTarget.value.length;
    if (STEPS[event.key]) this.step(event, (at + STEPS[event.key] + this.rows.length) % this.rows.length);
    else if (event.key === "Enter") this.take(event, this.chosen?.act, event.ctrlKey || event.metaKey);
    else if (event.key === "ArrowRight" && atEnd && this.chosen) this.look(event, this.chosen.act);
    else if (event.key === "Backspace" && !this.inputTarget.value && this.level) this.back(event);
  }

  step(event, place) {
    event.preventDefault();
    this.moved = true;
    if (this.rows.length) this.choose(place);
  }

  /** @param {MouseEvent} event */
  pointed(event) {
    const row = event.target.closest("[role=option]");
    if (row && (event.movementX || event.movementY)) this.choose(Number(row.dataset.place));
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const row = event.target.closest("[role=option]");
    if (row) this.take(event, this.rows[Number(row.dataset.place)].act, event.ctrlKey || event.metaKey);
  }

  /** The arrow to the right: what can be done with what was found, or the steps. */
  async look(event, act) {
    event.preventDefault();
    if (act.steps || act.asks) return this.take(event, act);
    const offer = act.href ? await this.askWhatCanBeDone(act.href) : undefined;
    if (offer?.acts.length) this.enter({ label: offer.about, acts: offer.acts });
  }

  enter(level) {
    this.levels.push(level);
    this.inputTarget.value = "";
    this.inputTarget.focus();
    this.render();
  }

  /** Do it, or say why not. @param {Event} event @param {import("../palette_rows.js").Act} act */
  take(event, act, isNewTab = false) {
    event.preventDefault();
    if (this.level?.asks) return this.text && this.post(this.level.asks, { [this.level.asks.asks]: this.text });
    if (!act) return;
    if (act.why) { this.statusTarget.textContent = act.why; return; }
    if (act.asks) return this.enter({ label: act.label, acts: [], asks: act });
    if (act.steps) return this.enter({ label: act.label, acts: act.steps });
    if (act.url) return this.post(act, {});
    this.close();
    if (act.href) this.go(act, isNewTab);
    else if (act.copies) this.copy(act);
    else document.querySelector(act.presses)?.click();
  }

  go(act, isNewTab) {
    remember(this.ownerValue, { label: act.label, href: act.href, icon: act.icon });
    if (isNewTab) window.open(act.href, "_blank", "noopener");
    else location.assign(act.href);
  }

  async copy(act) {
    await navigator.clipboard.writeText(new URL(act.copies, location.origin).href);
    this.toast(act.done);
  }

  post(act, typed) {
    this.running = act;
    htmx.ajax("POST", act.url, { source: this.dialogTarget, swap: "none", values: { ...act.fields, ...typed } });
  }

  /** It is done (or refused, which a toast says): parts of the page that show it ask again. @param {CustomEvent} event */
  ran(event) {
    if (!this.running || event.target !== this.dialogTarget) return;
    const { done } = this.running;
    this.running = undefined;
    if (!event.detail.successful) return;
    this.close();
    if (!event.detail.xhr.getResponseHeader("HX-Trigger")?.includes("toast")) this.toast(done);
    document.querySelectorAll("#content [data-live-topic]").forEach((part) => part.dispatchEvent(new CustomEvent("live")));
  }

  toast(text) {
    if (text) document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "good" } }));
  }
}

/** The help sheet's lines as rows. @returns {import("../palette_rows.js").Act[]} */
function keysOfHelp() {
  const lines = document.querySelectorAll("[data-testid=help-sheet] .key-list > div");
  return [...lines].map((line) => ({
    label: line.querySelector("dd").textContent,
    hint: [...line.querySelectorAll("kbd")].map((key) => key.textContent).join(" "),
    icon: "keyboard",
    presses: "[data-testid=open-help]",
  }));
}
