import { giveBackTyped, keepTyped } from "./unsent.js";

/** @param {string} address where an answer came from @returns {boolean} it is the sign-in page, and this one is not */
function isSignIn(address) {
  const { pathname } = new URL(address || location.href, location.href);
  return pathname.startsWith("/accounts/login/") && location.pathname !== pathname;
}

/**
 * Was a fetch done as it was asked? The sign-in page comes with 200, too.
 * @param {Response | undefined} answer
 * @returns {boolean}
 */
export function isDone(answer) {
  return Boolean(answer?.ok) && !isSignIn(answer.url);
}

/** The person signs in and comes back to where they were; what they typed waits in the browser. */
function leave() {
  keepTyped();
  location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** For who asked by `fetch` and cannot go on. @param {Response | undefined} answer */
export function leaveIfOver(answer) {
  if (answer && isSignIn(answer.url)) leave();
}

/**
 * A fragment that was answered with the sign-in page means the session is over: nobody takes the answer for an
 * acceptance, and nothing is swapped.
 * @param {CustomEvent} event htmx:beforeOnLoad
 */
function refuseSignIn(event) {
  if (!isSignIn(event.detail.xhr.responseURL)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave();
}

/** Before anything else looks at an answer. */
export function watchSession() {
  document.addEventListener("htmx:beforeOnLoad", refuseSignIn, { capture: true });
  document.addEventListener("htmx:afterSettle", giveBackTyped);
  giveBackTyped();
}
