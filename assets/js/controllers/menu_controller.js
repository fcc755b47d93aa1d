import { Controller } from "@hotwired/stimulus";

/** A <details> that behaves as a menu: closes on Escape, on a click elsewhere, and when focus leaves. */
export default class MenuController extends Controller {
  connect() {
    this.onPointer = (event) => !this.element.contains(event.target) && this.close();
    document.addEventListener("pointerdown", this.onPointer);
  }

  disconnect() {
    document.removeEventListener("pointerdown", this.onPointer);
  }

  close() {
    this.element.open = false;
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    if (!this.element.open) return;
    event.stopPropagation();
    this.close();
    this.element.querySelector("summary")?.focus();
  }

  /** @param {FocusEvent} event */
  left(event) {
    if (event.relatedTarget && !this.element.contains(event.relatedTarget)) this.close();
  }
}
