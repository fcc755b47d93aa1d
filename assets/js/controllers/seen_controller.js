import { Controller } from "@hotwired/stimulus";

/** A link that, when it is opened (also in a new tab), tells the server that its row was seen. */
export default class SeenController extends Controller {
  static values = { url: String };

  tell() {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "X-Requested-With": "fetch" };
    fetch(this.urlValue, { method: "POST", headers, credentials: "same-origin", keepalive: true }).catch(() => {
      // away: it stays unread, which is true of a bell that was not reached
    });
  }
}
