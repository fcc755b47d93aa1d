import { Controller } from "@hotwired/stimulus";

const HEARTBEAT = 20_000;
const SILENT = 50_000; // a wire that says nothing for so long is gone
const TYPES_FOR = 7000; // after the last letter
const TELLS = 2500; // how often "types" is said while somebody types
const APART = 500; // the wire does not pass on what is told more often (HURRIES in crm/consumers.py)
const HELD = 12_000; // a second press within this time is meant; longer than a colleague is said to type

/**
 * Who else looks at this conversation, and who types in it. Told from browser to browser by the wire (see live), kept
 * nowhere: what is not said again is forgotten. Nothing is locked; but a reply that would go out while a colleague
 * types one asks for a second press.
 */
export default class PresenceController extends Controller {
  static targets = ["people", "typing", "text"];
  static values = { topic: String, views: String, types: String, held: String };

  connect() {
    this.others = new Map(); // by the sign of their wire: {id, name, doing, until}
    this.doing = "viewing";
    this.listeners = {
      watched: ({ detail }) => detail.topic === this.topicValue && this.tell(),
      presence: ({ detail }) => detail.topic === this.topicValue && this.heard(detail),
      "wire-lost": () => this.forgetAll(),
      visibilitychange: () => this.tell(),
    };
    for (const [name, listen] of Object.entries(this.listeners)) document.addEventListener(name, listen);
    this.beat = setInterval(() => this.tell(), HEARTBEAT);
    this.tick = setInterval(() => this.forgetSilent(), 1000);
  }

  disconnect() {
    clearInterval(this.beat);
    clearInterval(this.tick);
    clearTimeout(this.rest);
    clearTimeout(this.turn);
    for (const [name, listen] of Object.entries(this.listeners)) document.removeEventListener(name, listen);
  }

  /** What one does here; told too soon after the last time, it waits for its turn. */
  tell() {
    clearTimeout(this.turn);
    const wait = (this.told ?? 0) + APART - Date.now();
    if (wait > 0) {
      this.turn = setTimeout(() => this.tell(), wait);
      return;
    }
    const doing = document.visibilityState === "hidden" ? "gone" : this.doing;
    document.dispatchEvent(new CustomEvent("present", { detail: { topic: this.topicValue, present: doing } }));
    this.told = Date.now();
  }

  /** Letters in the reply box. @param {Event} event */
  typed({ target }) {
    if (!target.closest("[data-asks-twice]") || !target.matches("textarea")) return;
    clearTimeout(this.rest);
    if (!target.value.trim()) return this.rested();
    this.rest = setTimeout(() => this.rested(), TYPES_FOR);
    if (this.doing === "typing" && Date.now() - this.told < TELLS) return;
    this.doing = "typing";
    this.tell();
  }

  rested() {
    clearTimeout(this.rest);
    if (this.doing === "viewing") return;
    this.doing = "viewing";
    this.tell();
  }

  /** @param {{ sign: string, who: { id: string, name: string }, doing: string }} news */
  heard({ sign, who, doing }) {
    if (doing === "gone") this.others.delete(sign);
    else this.others.set(sign, { ...who, doing, until: Date.now() + (doing === "typing" ? TYPES_FOR + TELLS : SILENT) });
    this.paint();
  }

  forgetAll() {
    this.others.clear();
    this.paint();
  }

  forgetSilent() {
    const now = Date.now();
    for (const [sign, other] of this.others) {
      if (other.until > now) continue;
      if (other.doing === "typing") this.others.set(sign, { ...other, doing: "viewing", until: now + SILENT });
      else this.others.delete(sign);
      this.paint();
    }
  }

  /** @returns {string[]} names of those who type, each once */
  get typists() {
    return [...new Set([...this.others.values()].filter((other) => other.doing === "typing").map((other) => other.name))];
  }

  paint() {
    const people = new Map([...this.others.values()].map((other) => [other.id, other]));
    this.peopleTarget.replaceChildren(...[...people.values()].map((other) => this.face(other)));
    const names = this.typists.join(", ");
    this.typingTarget.hidden = !names;
    this.textTarget.textContent = names && this.typesValue.replace("{name}", names);
    if (!names) delete this.typingTarget.dataset.held;
  }

  /** @param {{ name: string }} other */
  face({ name }) {
    const face = document.createElement("li");
    face.className = "avatar";
    face.dataset.size = "small";
    face.dataset.tint = String([...name].length);
    face.textContent = [...name][0]?.toUpperCase() ?? "?";
    face.title = this.viewsValue.replace("{name}", name);
    face.setAttribute("aria-label", face.title);
    return face;
  }

  /** A reply is about to go out: not while a colleague types one, unless it is pressed again. @param {CustomEvent} event htmx:confirm */
  hold(event) {
    if (!event.target.matches("[data-asks-twice]")) return;
    const names = this.typists.join(", ");
    const isMeant = Date.now() - (this.heldAt ?? 0) < HELD;
    if (!names || isMeant) {
      this.heldAt = undefined;
      return this.rested();
    }
    event.preventDefault();
    this.heldAt = Date.now();
    this.typingTarget.dataset.held = "";
    this.textTarget.textContent = this.heldValue.replace("{name}", names);
  }
}
