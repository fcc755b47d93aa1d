import { Controller } from "@hotwired/stimulus";

/** A dialog whose inside is fetched: it opens when that has come. */
export default class SheetController extends Controller {
  open() {
    if (!this.element.open) this.element.showModal();
    this.element.querySelector("select, input")?.focus();
  }

  leave() {
    this.element.close();
  }
}
