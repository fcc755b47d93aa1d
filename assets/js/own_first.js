/**
 * What somebody changes here goes before the news of it. A part of the page that is asked for anew while a change from
 * inside it is on its way would take away the form that waits for the answer, and the Undo that comes with the answer;
 * and what was asked for before the change shows how things were. Such parts are asked for once the change is answered.
 */
export class OwnFirst {
  /** @param {(part: Element) => void} again asks for a part of the page anew */
  constructor(again) {
    this.again = again;
    this.changing = new Set(); // elements whose change is on its way
    this.waiting = new Set(); // parts that are asked for when it is answered
    this.answered = 0;
    this.askedAfter = new WeakMap(); // how many changes had been answered when a part was asked for
    this.listeners = [
      ["htmx:beforeRequest", ({ detail }) => this.leaves(detail)],
      ["htmx:beforeSwap", (event) => this.arrives(event)],
      ["htmx:afterRequest", ({ detail }) => this.ends(detail)],
    ];
  }

  listen() {
    for (const [name, listener] of this.listeners) document.addEventListener(name, listener, { capture: true });
  }

  leave() {
    for (const [name, listener] of this.listeners) document.removeEventListener(name, listener, { capture: true });
  }

  /** May this part be asked for now? Else it is, later. @param {Element} part @returns {boolean} */
  lets(part) {
    if (this.isChanging(part)) this.waiting.add(part);
    return !this.waiting.has(part);
  }

  /** @param {Element} part @returns {boolean} */
  isChanging(part) {
    return [...this.changing].some((element) => part.contains(element));
  }

  leaves({ xhr, requestConfig }) {
    if (isChange(requestConfig)) this.changing.add(requestConfig.elt);
    else if (isNews(requestConfig)) this.askedAfter.set(xhr, this.answered);
  }

  /** @param {CustomEvent} event */
  arrives(event) {
    const { xhr, requestConfig } = event.detail;
    if (!isNews(requestConfig)) return;
    const isOld = this.askedAfter.get(xhr) !== this.answered;
    if (!isOld && !this.isChanging(requestConfig.elt)) return;
    event.detail.shouldSwap = false;
    event.stopImmediatePropagation();
    this.waiting.add(requestConfig.elt);
    setTimeout(() => this.goOn()); // this request must have ended: a part asks once at a time
  }

  ends({ requestConfig }) {
    if (!isChange(requestConfig)) return;
    this.changing.delete(requestConfig.elt);
    this.answered += 1;
    setTimeout(() => this.goOn());
  }

  goOn() {
    for (const part of this.waiting) {
      if (this.isChanging(part)) continue;
      this.waiting.delete(part);
      if (part.isConnected) this.again(part);
    }
  }
}

function isChange(request) {
  return request !== undefined && request.verb !== "get";
}

function isNews(request) {
  return request?.triggeringEvent?.type === "live";
}
