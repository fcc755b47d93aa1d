const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const language = document.documentElement.lang || "en";
const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/**
 * A length of time in the two or three letters a dense row has room for.
 * @param {number} milliseconds
 * @returns {string}
 */
export function brief(milliseconds) {
  if (milliseconds < MINUTE) return "<1m";
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)}m`;
  return `${Math.floor(milliseconds / HOUR)}h`;
}

/**
 * How long ago, as an inbox says it: minutes, hours, a weekday, a date.
 * @param {Date} moment
 * @param {number} now milliseconds
 * @returns {string}
 */
export function age(moment, now) {
  const passed = Math.max(0, now - moment.getTime());
  if (passed < DAY) return brief(passed);
  return (passed < 6 * DAY ? weekday : short).format(moment);
}

/** @param {HTMLTimeElement} element @param {number} now */
function showAge(element, now) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  element.textContent = age(moment, now);
  element.title = full.format(moment);
}

/**
 * The 24-hour window as a ring that empties; `data-state` tells CSS when it is nearly over.
 * @param {HTMLElement} element
 * @param {number} now
 */
function showWindow(element, now) {
  const left = new Date(element.dataset.expiresAt ?? "").getTime() - now;
  const open = left > 0;
  element.dataset.state = !open ? "closed" : left < 2 * HOUR ? "closing" : "open";
  element.querySelector("[data-arc]")?.setAttribute("stroke-dasharray", `${open ? (left / DAY) * 100 : 0} 100`);
  const text = element.querySelector("[data-left]");
  if (text) text.textContent = open ? brief(left) : "0";
}

/** Bring every age and every window ring on the page up to now. */
export function tick() {
  const now = Date.now();
  document.querySelectorAll("time[data-age]").forEach((element) => showAge(element, now));
  document.querySelectorAll("[data-expires-at]").forEach((element) => showWindow(element, now));
}

/** Show the time everywhere now, after every swap, and twice a minute. */
export function startClock() {
  tick();
  document.addEventListener("htmx:afterSwap", tick);
  setInterval(tick, MINUTE / 2);
}
