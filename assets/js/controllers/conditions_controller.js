import { Controller } from "@hotwired/stimulus";

/**
 * The filter editor: a tree of groups (all of, any of) and conditions (field, operator, value), drawn from its plain
 * form and read back into it. What there is to choose from comes with the sheet as JSON.
 */
export default class ConditionsController extends Controller {
  static targets = ["tree"];
  static values = { base: String, words: Object };

  connect() {
    this.schema = JSON.parse(document.getElementById("filter-schema").textContent);
    const tree = JSON.parse(document.getElementById("filter-tree").textContent);
    this.treeTarget.replaceChildren(this.group(tree, true));
    if (!this.treeTarget.querySelector(".condition")) this.add(this.treeTarget.querySelector(".condition-parts"));
    this.treeTarget.querySelector("select, input")?.focus();
  }

  /** @param {object} plain @param {boolean} [isRoot] @returns {HTMLElement} */
  group(plain, isRoot = false) {
    const how = "any" in plain ? "any" : "all";
    const box = make("fieldset", { className: "condition-group" });
    const choice = this.choose([["all", this.wordsValue.all], ["any", this.wordsValue.any]], how);
    choice.className = "group-how";
    const parts = make("div", { className: "condition-parts" });
    parts.append(...plain[how].map((part) => ("field" in part ? this.condition(part) : this.group(part))));
    const foot = make("div", { className: "group-foot" });
    foot.append(this.button(`+ ${this.wordsValue.add}`, () => this.add(parts)));
    foot.append(this.button(`+ ${this.wordsValue.group}`, () => parts.append(this.group({ any: [this.fresh()] }))));
    const head = make("div", { className: "group-head" });
    head.append(choice);
    if (!isRoot) head.append(this.cross(box));
    box.append(head, parts, foot);
    return box;
  }

  /** @returns {object} the condition a new row begins with */
  fresh() {
    return { field: this.schema.first, op: this.fieldOf(this.schema.first).ops[0].key };
  }

  /** @param {HTMLElement} parts */
  add(parts) {
    const row = this.condition(this.fresh());
    parts.append(row);
    row.querySelector("select").focus();
  }

  /** @param {{field: string, op: string, value?: unknown}} plain @returns {HTMLElement} */
  condition(plain) {
    if (!this.fieldOf(plain.field)) return this.gone(plain);
    const row = make("div", { className: "condition" });
    const fields = this.choose(this.schema.fields.map((field) => [field.key, field.label]), plain.field);
    fields.dataset.part = "field";
    fields.addEventListener("change", () => this.refill(row, fields.value));
    row.append(fields);
    this.fill(row, plain);
    return row;
  }

  /** Its field was switched off since: it stays as it is, or is removed. @param {{field: string}} plain @returns {HTMLElement} */
  gone(plain) {
    const row = make("div", { className: "condition" });
    row.dataset.kept = JSON.stringify(plain);
    const name = plain.field.replace(/^custom\./, "");
    row.append(make("p", { className: "condition-gone", textContent: `${name}: ${this.wordsValue.gone}` }), this.cross(row));
    return row;
  }

  /** @param {HTMLElement} row @param {string} field another field: its first operator, no value */
  refill(row, field) {
    [...row.children].slice(1).forEach((child) => child.remove());
    this.fill(row, { field, op: this.fieldOf(field).ops[0].key });
  }

  /** @param {HTMLElement} row @param {{field: string, op: string, value?: unknown}} plain */
  fill(row, plain) {
    const field = this.fieldOf(plain.field);
    const ops = this.choose(field.ops.map((op) => [op.key, op.label]), plain.op);
    ops.dataset.part = "op";
    ops.addEventListener("change", () => {
      row.querySelector('[data-part="value"]')?.replaceWith(this.value(field, ops.value, undefined));
    });
    row.append(ops, this.value(field, plain.op, plain.value), this.cross(row));
  }

  /** @param {object} field @param {string} op @param {unknown} held @returns {HTMLElement} */
  value(field, op, held) {
    const takes = field.ops.find((each) => each.key === op).takes;
    const input = this.input(field, takes, held);
    input.dataset.part = "value";
    input.dataset.takes = takes;
    input.setAttribute("aria-label", field.label);
    return input;
  }

  /** @param {object} field @param {string} takes @param {unknown} held @returns {HTMLElement} */
  input(field, takes, held) {
    if (takes === "nothing") return make("span");
    if (takes === "period") return this.choose(this.schema.periods.map((p) => [p.key, p.label]), held ?? "today");
    if (takes === "choices" || takes === "people") {
      const box = make("span", { className: "condition-choices" });
      box.append(...field.choices.map(({ key, label }) => tick(key, label, (held ?? []).includes(key))));
      if (!field.choices.length) box.append(this.wordsValue.none);
      return box;
    }
    if (takes === "yes_no") return this.choose([["true", this.wordsValue.yes], ["false", this.wordsValue.no]], String(held ?? true));
    const type = { number: "number", amount: "number", days: "number", date: "date" }[takes] ?? "text";
    const input = make("input", { type, value: Array.isArray(held) ? held.join(", ") : (held ?? "") });
    if (takes === "amount") input.step = "any";
    if (takes === "texts") input.placeholder = this.wordsValue.many;
    return input;
  }

  /** @param {string} key @returns {object} */
  fieldOf(key) {
    return this.schema.fields.find((field) => field.key === key);
  }

  /** @param {[string, string][]} options @param {string} held @returns {HTMLSelectElement} */
  choose(options, held) {
    const select = make("select");
    select.append(...options.map(([value, label]) => new Option(label, value, false, value === held)));
    return select;
  }

  /** @param {string} text @param {() => void} action @returns {HTMLButtonElement} */
  button(text, action) {
    const button = make("button", { type: "button", className: "link", textContent: text });
    button.addEventListener("click", action);
    return button;
  }

  /** @param {HTMLElement} box what it removes @returns {HTMLButtonElement} */
  cross(box) {
    const button = this.button("×", () => box.remove());
    button.className = "icon-button";
    button.setAttribute("aria-label", this.wordsValue.remove);
    return button;
  }

  /** @param {HTMLElement} box a fieldset @returns {object} */
  read(box) {
    const how = box.querySelector(".group-how").value;
    const parts = [...box.querySelector(".condition-parts").children];
    const read = parts.map((part) => (part.matches("fieldset") ? this.read(part) : readCondition(part)));
    return { [how]: read.filter(Boolean) };
  }

  apply() {
    const tree = this.read(this.treeTarget.firstElementChild);
    const url = new URL(this.baseValue, location.href);
    url.searchParams.set("filter", Object.values(tree)[0].length ? JSON.stringify(tree) : "");
    location.assign(url);
  }

  /** Enter in a value applies. @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Enter" && event.target.matches("input")) this.apply();
  }
}

/** @param {string} tag @param {object} [properties] @returns {HTMLElement} */
function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

/** @param {string} value @param {string} label @param {boolean} checked */
function tick(value, label, checked) {
  const box = make("label", { className: "tick-choice" });
  box.append(make("input", { type: "checkbox", value, checked }), label);
  return box;
}

/** @param {HTMLElement} row @returns {object | null} null while there is no value */
function readCondition(row) {
  if (row.dataset.kept) return JSON.parse(row.dataset.kept);
  const [field, op] = ["field", "op"].map((part) => row.querySelector(`[data-part="${part}"]`).value);
  const box = row.querySelector('[data-part="value"]');
  const takes = box.dataset.takes;
  if (takes === "nothing") return { field, op };
  const value = readValue(box, takes);
  return value === "" || value?.length === 0 || Number.isNaN(value) ? null : { field, op, value };
}

/** @param {HTMLElement} box @param {string} takes */
function readValue(box, takes) {
  if (takes === "choices" || takes === "people") return [...box.querySelectorAll(":checked")].map((each) => each.value);
  if (takes === "texts") return box.value.split(",").map((text) => text.trim()).filter(Boolean);
  if (takes === "number" || takes === "days") return box.value === "" ? "" : Number.parseInt(box.value, 10);
  if (takes === "amount") return box.value === "" ? "" : Number.parseFloat(box.value);
  if (takes === "yes_no") return box.value === "true";
  return box.value.trim();
}
