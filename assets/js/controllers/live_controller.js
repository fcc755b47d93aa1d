import { Controller } from "@hotwired/stimulus";
import { OwnFirst } from "../own_first.js";

const SETTLE = 15; // what one commit told comes together
const APART = 200; // in a storm of news the page asks this often, not more
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const NOT_SIGNED_IN = 4401;
const ABOUT_THE_WIRE = new Set(["ready", "subscribed", "refused", "pong", "error", "presence"]);

/**
 * One websocket for the page. It carries topics only: an element with `data-live-topic="a b"` gets a
 * `live` event when one of its topics changes, and asks the server itself (hx-trigger="live").
 * On <body>, with `data-live-url`.
 */
export default class LiveController extends Controller {
  connect() {
    this.wait = FIRST_WAIT;
    this.due = new Set();
    this.subscribed = new Set();
    this.onVisible = () => document.visibilityState === "visible" && this.catchUp();
    this.onSwap = () => this.subscribe();
    document.addEventListener("visibilitychange", this.onVisible);
    document.addEventListener("htmx:afterSettle", this.onSwap);
    this.onPresent = ({ detail }) => this.present(detail);
    document.addEventListener("present", this.onPresent);
    this.ownFirst = new OwnFirst(tell);
    this.ownFirst.listen();
    if (this.element.dataset.liveUrl && this.topics().size) this.open();
  }

  disconnect() {
    document.removeEventListener("visibilitychange", this.onVisible);
    document.removeEventListener("htmx:afterSettle", this.onSwap);
    document.removeEventListener("present", this.onPresent);
    this.ownFirst.leave();
    clearTimeout(this.retry);
    this.closing = true;
    this.socket?.close();
  }

  /** @returns {Set<string>} every topic somebody on this page listens to */
  topics() {
    const elements = [...document.querySelectorAll("[data-live-topic]")];
    return new Set(elements.flatMap((element) => topicsOf(element)));
  }

  open() {
    const url = new URL(this.element.dataset.liveUrl, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.socket.addEventListener("open", () => this.opened());
    this.socket.addEventListener("message", (event) => this.heard(event.data));
    this.socket.addEventListener("close", (event) => this.closed(event));
  }

  opened() {
    const again = this.wasOpen;
    this.wasOpen = true;
    this.wait = FIRST_WAIT;
    this.subscribed.clear();
    this.subscribe();
    this.show("on");
    if (again) this.catchUp();
  }

  /** @param {CloseEvent} event */
  closed(event) {
    this.show("off");
    document.dispatchEvent(new CustomEvent("wire-lost"));
    if (this.closing || event.code === NOT_SIGNED_IN) return;
    const jitter = Math.random() * this.wait * 0.3;
    this.retry = setTimeout(() => this.open(), this.wait + jitter);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  /** Tell the server which topics this page listens to since the last time, and which no more. */
  subscribe() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const wanted = this.topics();
    const subscribe = [...wanted].filter((topic) => !this.subscribed.has(topic));
    const unsubscribe = [...this.subscribed].filter((topic) => !wanted.has(topic));
    this.subscribed = wanted;
    if (subscribe.length || unsubscribe.length) this.socket.send(JSON.stringify({ subscribe, unsubscribe }));
  }

  /** What one does here, for those who watch the same. @param {{ topic: string, present: string }} detail */
  present(detail) {
    if (this.socket?.readyState === WebSocket.OPEN && this.subscribed.has(detail.topic)) this.socket.send(JSON.stringify(detail));
  }

  /** @param {string} text one frame: {"topic", "what", "id"} */
  heard(text) {
    const news = JSON.parse(text);
    if (news.what === "subscribed") document.dispatchEvent(new CustomEvent("watched", { detail: news }));
    if (news.what === "presence") document.dispatchEvent(new CustomEvent("presence", { detail: news }));
    if (news.topic && !ABOUT_THE_WIRE.has(news.what)) this.announce([news.topic]);
  }

  /** Nothing is replayed on this wire: after a gap everything listening asks again. */
  catchUp() {
    this.announce(this.topics());
  }

  /** @param {Iterable<string>} topics */
  announce(topics) {
    for (const topic of topics) this.due.add(topic);
    const wait = Math.max(SETTLE, (this.flushed ?? 0) + APART - Date.now());
    this.timer ??= setTimeout(() => this.flush(), wait);
  }

  flush() {
    const due = this.due;
    this.due = new Set();
    this.timer = undefined;
    this.flushed = Date.now();
    if (document.visibilityState === "hidden") return; // onVisible catches up
    for (const element of document.querySelectorAll("[data-live-topic]")) {
      if (topicsOf(element).some((topic) => due.has(topic)) && this.ownFirst.lets(element)) tell(element);
    }
  }

  /** @param {"on" | "off"} state */
  show(state) {
    document.querySelectorAll("[data-live-state]").forEach((dot) => { dot.dataset.liveState = state; });
  }
}

/** There are news for this element. @param {Element} element */
function tell(element) {
  element.dispatchEvent(new CustomEvent("live", { bubbles: false }));
}

/** @param {HTMLElement} element @returns {string[]} */
function topicsOf(element) {
  return (element.dataset.liveTopic ?? "").split(/\s+/).filter(Boolean);
}
