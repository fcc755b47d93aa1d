import { Controller } from "@hotwired/stimulus";
import { isCommand } from "../typing.js";

const BUTTONS = { y: "confirm", n: "clear" };

/**
 * A fact of the agent's under the pointer or the focus: Y says that it is right, N that it is wrong. It hears the
 * key before the page's own shortcuts do (N writes a note elsewhere).
 */
export default class SlotController extends Controller {
  enter() {
    this.isPointedAt = true;
  }

  leave() {
    this.isPointedAt = false;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const name = BUTTONS[event.key.toLowerCase()];
    if (!name || !isCommand(event)) return;
    if (!this.isPointedAt && !this.element.contains(document.activeElement)) return;
    const button = this.element.querySelector(`[data-testid^="${name}-"]`);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.form.requestSubmit(button);
  }
}
