/**
 * A fragment that was answered with the sign-in page means the session is over. Nothing is swapped; the
 * person signs in and comes back to where they were (drafts wait in the browser).
 * @param {CustomEvent} event htmx:beforeSwap
 */
function leaveForSignIn(event) {
  const { xhr } = event.detail;
  const answered = new URL(xhr.responseURL || location.href, location.href);
  if (!answered.pathname.startsWith("/accounts/login/") || location.pathname === answered.pathname) return;
  event.detail.shouldSwap = false;
  event.stopImmediatePropagation();
  location.assign(`${answered.pathname}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Before anything else looks at an answer. */
export function watchSession() {
  document.addEventListener("htmx:beforeSwap", leaveForSignIn, { capture: true });
}
