const FIELDS = "textarea, input:not([type=checkbox], [type=radio], [type=hidden], [type=password], [type=file])";

/** Who sits here. What somebody typed is kept under their name, so that nobody else finds it. */
function owner() {
  return document.body.dataset.paletteOwnerValue ?? "";
}

/**
 * Something this browser keeps, or undefined.
 * @param {Storage} storage
 * @param {string} key
 */
function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") ?? undefined;
  } catch {
    return undefined; // something else wrote there, or the browser keeps nothing
  }
}

/** @param {Storage} storage @param {string} key @param {unknown} thing */
function write(storage, key, thing) {
  try {
    storage.setItem(key, JSON.stringify(thing));
  } catch {
    // a browser that keeps nothing, or is full
  }
}

/**
 * Words of a draft the server has not confirmed yet: when they were typed, and over which of the server's wordings
 * (known by the time it was saved, 0 when there is none).
 */
export class UnsavedDraft {
  /** @param {string} kind @param {string} conversation @param {number} saved the server's wording, as this page has it */
  constructor(kind, conversation, saved) {
    this.key = `draft:${owner()}:${kind}:${conversation}`;
    this.saved = saved;
  }

  /** @returns {{text: string, at: number, over: number} | undefined} */
  get() {
    return read(localStorage, this.key);
  }

  /** Clocks are asked only when the server's wording is not the one this was typed over. @returns {boolean} */
  isNewer() {
    const { at, over } = this.get();
    return over === this.saved || at > this.saved;
  }

  /** @param {string} text */
  keep(text) {
    write(localStorage, this.key, { text, at: Date.now(), over: this.saved });
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  /** The server has this wording now; what was typed since stands over it. @param {string} text @param {number} saved */
  confirm(text, saved) {
    this.saved = saved;
    const kept = this.get();
    if (kept?.text === text) this.forget();
    else if (kept) this.keep(kept.text);
  }
}

/** What is typed and not sent on this page; the composer looks after its own. @returns {HTMLInputElement[]} */
function typedFields() {
  const fields = [...document.querySelectorAll("form[method=post]")].flatMap((form) => [...form.querySelectorAll(FIELDS)]);
  return fields.filter((field) => field.name && field.value !== field.defaultValue && !field.dataset.composerTarget);
}

/** The page is left before somebody was done: what they typed waits in this window for them to come back to it. */
export function keepTyped() {
  const typed = typedFields().map((field) => ({ form: field.form.getAttribute("action"), name: field.name, value: field.value }));
  if (typed.length) write(sessionStorage, `typed:${owner()}:${location.pathname}`, typed);
}

/** Put it back, each into its box; what has no box yet waits for the part of the page that has. */
export function giveBackTyped() {
  const key = `typed:${owner()}:${location.pathname}`;
  const kept = read(sessionStorage, key);
  if (!kept) return;
  const left = kept.filter((typed) => !putBack(typed));
  if (left.length) write(sessionStorage, key, left);
  else sessionStorage.removeItem(key);
}

/** @param {{form: string, name: string, value: string}} typed @returns {boolean} its box is here */
function putBack({ form: address, name, value }) {
  const forms = [...document.forms].filter((form) => form.getAttribute("action") === address);
  const field = forms.map((form) => form.elements.namedItem(name)).find(Boolean);
  if (!field) return false;
  if (field.value !== field.defaultValue) return true; // something newer was typed
  field.value = value;
  const menu = field.closest("details");
  if (menu) menu.open = true;
  return true;
}
