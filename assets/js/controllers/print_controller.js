import { Controller } from "@hotwired/stimulus";

/** A button that prints the page. */
export default class PrintController extends Controller {
  now() {
    window.print();
  }
}
