const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const said = document.documentElement.lang || "en";
const language = said === "en" ? "en-GB" : said; // day first and 24 hours, as the server writes English
const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
const units = { style: "unit", unitDisplay: "narrow" };
const minutes = new Intl.NumberFormat(language, { ...units, unit: "minute" });
const hours = new Intl.NumberFormat(language, { ...units, unit: "hour" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/**
 * A length of time in the few letters a dense row has room for, as the page's language shortens them: 5m, 5min, 5mnt.
 * @param {number} milliseconds
 * @returns {string}
 */
export function brief(milliseconds) {
  if (milliseconds < MINUTE) return `<${minutes.format(1)}`;
  if (milliseconds < HOUR) return minutes.format(Math.floor(milliseconds / MINUTE));
  return hours.format(Math.floor(milliseconds / HOUR));
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

/** When a window closes, by this page's own clock: the server says how many seconds are left, whatever time it is here.
 * @type {WeakMap<Element, {said: string, at: number}>} */
const deadlines = new WeakMap();

/**
 * The time left to write freely: hidden while there is plenty, by the second in the last ten minutes. When it is over
 * the thread is asked for again, and comes with the reason instead of the box.
 * @param {HTMLElement} element
 * @returns {boolean} whether it wants to be looked at each second
 */
function showTimeLeft(element) {
  const said = element.dataset.secondsLeft ?? "";
  let deadline = deadlines.get(element);
  if (deadline?.said !== said) {
    deadline = { said, at: performance.now() + Number(said) * 1000 };
    deadlines.set(element, deadline);
  }
  const left = deadline.at - performance.now();
  element.hidden = left > 2 * HOUR;
  element.dataset.state = left > 10 * MINUTE ? "open" : "closing";
  const text = element.querySelector("[data-left]");
  if (text) text.textContent = left > 10 * MINUTE ? brief(left) : bySecond(left);
  if (left <= 0 && deadline.at !== Infinity) {
    deadline.at = Infinity;
    element.closest("[data-live-topic]")?.dispatchEvent(new CustomEvent("live"));
    return false;
  }
  return left <= 11 * MINUTE;
}

/** @param {number} milliseconds @returns {string} minutes and seconds */
function bySecond(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

let next = 0;

/** Bring every age, window ring and time left on the page up to now; again in half a minute, or in a second. */
export function tick() {
  const now = Date.now();
  document.querySelectorAll("time[data-age]").forEach((element) => showAge(element, now));
  document.querySelectorAll("[data-expires-at]").forEach((element) => showWindow(element, now));
  const isClose = [...document.querySelectorAll("[data-seconds-left]")].map(showTimeLeft).some(Boolean);
  clearTimeout(next);
  next = setTimeout(tick, isClose ? 1000 : MINUTE / 2);
}

/** Show the time everywhere now, after every swap, and from time to time. */
export function startClock() {
  tick();
  document.addEventListener("htmx:afterSwap", tick);
}
