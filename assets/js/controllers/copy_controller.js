import { Controller } from "@hotwired/stimulus";

/** A text and a button that puts it on the clipboard; where the browser forbids that, the text is selected. */
export default class CopyController extends Controller {
  static targets = ["text", "label"];

  async copy() {
    try {
      await navigator.clipboard.writeText(this.textTarget.textContent);
      this.labelTarget.textContent = this.labelTarget.dataset.done;
    } catch {
      getSelection().selectAllChildren(this.textTarget);
    }
  }
}
