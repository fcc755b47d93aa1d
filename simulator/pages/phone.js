// The phone page: draws the threads the world tells, sends what is typed. No library, no build.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const TICKS = { sent: ["M2 6.5 5.5 10 13 2.5"], delivered: ["M1 6.5 4.5 10 11 2.5", "M8 9.5 8.6 10 15.5 2.5"] };
TICKS.read = TICKS.delivered;
const ICONS = {
  send: ["M4 12 20 4.5 15.5 20 11.5 13.5Z", "M11.5 13.5 20 4.5"],
  shop: ["M4 9.5 5.5 4h13L20 9.5", "M5 9.5V20h14V9.5", "M4 9.5h16", "M10 20v-5h4v5"],
};
const TICK_NAMES = { sent: "sent", delivered: "delivered", read: "read" };
const only = location.pathname.startsWith("/phone/") ? location.pathname.split("/")[2] : null;
const views = new Map();

/** An element with a class and text; text is never read as HTML. */
function el(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

/** A line drawing. */
function drawing(paths, box, className) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    for (const [name, value] of Object.entries({
      d, fill: "none", stroke: "currentColor", "stroke-width": "1.7", "stroke-linecap": "round", "stroke-linejoin": "round",
    })) path.setAttribute(name, value);
    svg.append(path);
  }
  return svg;
}

async function post(phone, verb, words) {
  views.get(phone).atEnd = true;
  const answer = await fetch(`/phone/${phone}/${verb}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(words),
  });
  if (answer.ok) draw(await answer.json());
  return answer.ok;
}

/** Makes the phone of a persona once; `draw` fills it. */
function makeView(phone) {
  const node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
  const part = (selector) => node.querySelector(selector);
  node.dataset.person = phone.id;
  node.dataset.testid = `phone-${phone.id}`;
  node.lang = phone.language;
  node.id = `panel-${phone.id}`;
  part(".face").textContent = phone.name.split(" ").map((word) => word[0]).join("").slice(0, 2);
  part("h2").textContent = phone.name;
  part(".business").textContent = phone.business_name;
  part(".shop").append(drawing(ICONS.shop, "0 0 24 24"));
  part(".chips-title").textContent = phone.words.suggested;
  const view = {
    id: phone.id, words: phone.words, node, thread: part(".thread"), state: part(".state"), where: part(".place"), number: part(".number"),
    chips: part(".chips"), chipsRow: part(".chips-row"), input: part("textarea"), rows: new Map(), started: false, atEnd: true,
  };
  view.thread.dataset.testid = `phone-${phone.id}-thread`;
  view.thread.setAttribute("aria-label", `${phone.name}`);
  view.thread.addEventListener("scroll", () => {
    const { scrollHeight, scrollTop, clientHeight } = view.thread;
    view.atEnd = scrollHeight - scrollTop - clientHeight < 60;
  });
  prepareWriting(view, part);
  return view;
}

/** The composer and "start over". */
function prepareWriting(view, part) {
  const { id, words, input } = view;
  const form = part(".composer"), send = part(".send"), over = part(".over");
  input.placeholder = words.write;
  input.setAttribute("aria-label", words.write);
  input.dataset.testid = `phone-${id}-input`;
  send.setAttribute("aria-label", words.send);
  send.dataset.testid = `phone-${id}-send`;
  send.append(drawing(ICONS.send, "0 0 24 24"));
  over.textContent = words.start_over;
  over.dataset.testid = `phone-${id}-start-over`;
  over.addEventListener("click", () => post(id, "start-over", {}));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    if (!(await post(id, "say", { text }))) input.value = text;
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

/** Brings one phone up to date. Rows that did not change are left alone, so nothing flickers or closes. */
function draw(phone) {
  const view = views.get(phone.id);
  view.where.textContent = `${phone.business} · ${phone.city}`;
  view.number.textContent = phone.number;
  view.state.textContent = phone.typing ? phone.words.typing : phone.words.online;
  view.state.dataset.typing = String(phone.typing);
  const grew = drawRows(view, phone);
  drawChips(view, phone);
  toEnd(view);
  if (grew && view.started) notice(view);
  view.started = true;
}

/** Shows the newest row, unless somebody scrolled back to read. */
function toEnd(view) {
  if (view.atEnd) view.thread.scrollTop = view.thread.scrollHeight;
}

/** The rows in order; answers whether there is a new one from the business. */
function drawRows(view, phone) {
  const byId = new Map(phone.bubbles.map((bubble) => [bubble.wamid, bubble]));
  const taps = new Map(phone.bubbles.filter((b) => b.direction === "in" && b.type === "interactive").map((b) => [b.about, b.text]));
  const wanted = phone.bubbles.length ? [] : [fixed(view, "empty", () => el("p", "empty", phone.words.empty))];
  let grew = false, before = null;
  for (const bubble of phone.bubbles) {
    const turn = before !== bubble.direction;
    const key = JSON.stringify([bubble, turn, taps.get(bubble.wamid) ?? null]);
    let row = view.rows.get(bubble.wamid);
    if (!row || row.key !== key) {
      grew ||= !row && bubble.direction === "out";
      const node = makeRow(view, bubble, { turn, quoted: byId.get(bubble.about), tapped: taps.get(bubble.wamid) });
      if (!row && view.started) node.classList.add("new");
      row = { key, node };
    }
    view.rows.set(bubble.wamid, row);
    wanted.push(row.node);
    before = bubble.direction;
  }
  if (phone.typing) wanted.push(fixed(view, "typing", () => makeDots(view)));
  place(view.thread, wanted);
  return grew;
}

/** A row that is made once per phone. */
function fixed(view, name, make) {
  if (!view.rows.has(name)) view.rows.set(name, { node: make() });
  return view.rows.get(name).node;
}

/** Makes the children of a node these, in this order, moving as little as possible. */
function place(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

function makeRow(view, bubble, { turn, quoted, tapped }) {
  const row = el("div", "row");
  row.dataset.direction = bubble.direction;
  row.dataset.turn = String(turn);
  row.dataset.testid = "bubble";
  row.dataset.type = bubble.type;
  if (bubble.tick) row.dataset.tick = bubble.tick;
  const body = el("div", "bubble");
  if (quoted && bubble.type !== "interactive") body.append(el("span", "quote", quoted.text || quoted.type));
  if (bubble.media) body.append(makeMedia(view, bubble));
  if (bubble.header) body.append(el("strong", "head", bubble.header));
  body.append(el("span", "text", bubble.text));
  if (bubble.footer) body.append(el("span", "foot", bubble.footer));
  body.append(makeMeta(bubble));
  row.append(body);
  if (bubble.reactions.length) row.append(el("span", "reactions", bubble.reactions.join(" ")));
  if (bubble.choices?.length) row.append(makeChoices(view, bubble, tapped));
  return row;
}

/** Time and ticks. */
function makeMeta(bubble) {
  const meta = el("span", "meta");
  const at = new Date(bubble.at * 1000);
  const time = el("time", "", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false }));
  time.dateTime = at.toISOString();
  meta.append(time);
  if (bubble.tick) {
    const tick = drawing(TICKS[bubble.tick], "0 0 16.5 12", "tick");
    tick.dataset.tick = bubble.tick;
    tick.removeAttribute("aria-hidden");
    tick.setAttribute("role", "img");
    tick.setAttribute("aria-label", TICK_NAMES[bubble.tick]);
    meta.append(tick);
  }
  return meta;
}

function makeMedia(view, bubble) {
  const { id, link, filename } = bubble.media;
  const source = id ? `/phone/media/${id}` : null;
  if (source && (bubble.type === "image" || bubble.type === "sticker")) {
    const picture = el("img", "picture");
    picture.addEventListener("load", () => toEnd(view));
    picture.src = source;
    picture.alt = bubble.text || bubble.type;
    return picture;
  }
  if (source && bubble.type === "audio") {
    const audio = el("audio");
    audio.controls = true;
    audio.src = source;
    return audio;
  }
  const file = el("a", "head", filename || link || bubble.type);
  file.href = source || link;
  file.rel = "noreferrer";
  return file;
}

/** Reply buttons, or the rows of a list behind its menu button. After a tap they rest. */
function makeChoices(view, bubble, tapped) {
  const box = bubble.menu ? el("details", "choices menu") : el("div", "choices");
  if (bubble.menu) {
    const summary = el("summary", "", bubble.menu);
    summary.dataset.testid = `phone-${view.id}-menu`;
    box.append(summary);
    box.open = tapped !== undefined;
    box.addEventListener("toggle", () => toEnd(view));
  }
  for (const choice of bubble.choices) {
    const button = el("button", "choice", choice.title);
    button.type = "button";
    button.dataset.testid = `phone-${view.id}-choice`;
    if (choice.description) button.append(el("small", "", choice.description));
    button.disabled = tapped !== undefined;
    button.setAttribute("aria-pressed", String(tapped === choice.title));
    button.addEventListener("click", () => {
      post(view.id, "say", { type: choice.type, id: choice.id, title: choice.title, reply_to: bubble.wamid });
    });
    box.append(button);
  }
  return box;
}

function makeDots(view) {
  const row = el("div", "row");
  row.dataset.turn = "true";
  row.dataset.direction = "out";
  row.dataset.testid = `phone-${view.id}-typing`;
  const body = el("div", "bubble"), dots = el("span", "dots");
  dots.append(el("i"), el("i"), el("i"));
  dots.setAttribute("role", "img");
  dots.setAttribute("aria-label", view.words.typing);
  body.append(dots);
  row.append(body);
  return row;
}

function drawChips(view, phone) {
  const key = JSON.stringify(phone.suggestions);
  if (view.chips.dataset.key === key) return;
  view.chips.dataset.key = key;
  view.chips.hidden = !phone.suggestions.length;
  view.chipsRow.replaceChildren(...phone.suggestions.map((line) => {
    const chip = el("button", "chip", line);
    chip.type = "button";
    chip.title = line;
    chip.dataset.testid = `phone-${view.id}-suggestion`;
    chip.addEventListener("click", () => post(view.id, "say", { text: line }));
    return chip;
  }));
  view.chipsRow.scrollLeft = 0;
}

/* tabs */

function makeTab(phone) {
  const tab = el("button", "", phone.name.split(" ")[0]);
  tab.type = "button";
  tab.role = "tab";
  tab.id = `tab-${phone.id}`;
  tab.dataset.testid = `tab-${phone.id}`;
  tab.setAttribute("aria-controls", `panel-${phone.id}`);
  tab.addEventListener("click", () => show(phone.id));
  return tab;
}

/** Shows this phone where only one fits. */
function show(id) {
  for (const view of views.values()) {
    view.node.dataset.shown = String(view.id === id);
    view.tab?.setAttribute("aria-selected", String(view.id === id));
  }
  const view = views.get(id);
  if (view.tab) view.tab.dataset.news = "false";
  view.atEnd = true;
  toEnd(view);
}

/** A dot on the tab of a phone that is not shown. */
function notice(view) {
  if (view.tab && view.node.dataset.shown !== "true") view.tab.dataset.news = "true";
}

/* the live link */

function say(state, words) {
  const link = document.querySelector(".link");
  link.dataset.state = state;
  link.querySelector("b").textContent = words;
}

async function refresh(id) {
  const answer = await fetch(`/phone/${id}/thread`);
  if (answer.ok) draw(await answer.json());
}

async function refreshAll() {
  const { phones } = await (await fetch("/phone/phones")).json();
  for (const phone of phones) if (views.has(phone.id)) draw(phone);
}

function listen() {
  const source = new EventSource("/phone/events");
  source.addEventListener("ready", () => { say("live", "Live"); refreshAll(); });
  source.addEventListener("heartbeat", refreshAll);
  source.addEventListener("changed", (event) => {
    const { phone } = JSON.parse(event.data);
    if (views.has(phone)) refresh(phone);
  });
  source.addEventListener("error", () => say("waiting", "Reconnecting"));
}

async function start() {
  const { phones } = await (await fetch("/phone/phones")).json();
  const main = document.querySelector(".phones"), tabs = document.querySelector(".tabs");
  const shown = phones.filter((phone) => !only || phone.id === only);
  main.dataset.count = String(shown.length);
  for (const phone of shown) {
    const view = makeView(phone);
    views.set(phone.id, view);
    main.append(view.node);
    if (shown.length > 1) tabs.append((view.tab = makeTab(phone)));
    draw(phone);
  }
  show(shown[0].id);
  if (only) document.title = `${shown[0].name} · Loopback world`;
  listen();
}

start();
