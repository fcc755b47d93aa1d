/** A passkey that was not given: say so beside its button instead of in the console. @param {CustomEvent} event */
function tellTrouble(event) {
  if (!event.detail?.tags?.includes("webauthn")) return;
  event.preventDefault();
  document.querySelectorAll("[data-passkey-trouble]").forEach((notice) => { notice.hidden = false; });
}

/** For the pages that ask the browser for a passkey. */
export function watchPasskeys() {
  document.addEventListener("allauth.error", tellTrouble);
}
