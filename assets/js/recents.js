const KEPT = 6;
const PLACES = [
  [/^\/leads\/[0-9a-f-]{36}\/$/, "flame"],
  [/^\/contacts\/[0-9a-f-]{36}\/$/, "user-round"],
];

/**
 * What this person opened lately in this browser, newest first. Kept apart by person and workspace.
 * @param {string} owner
 * @returns {{label: string, href: string, icon: string}[]}
 */
export function recents(owner) {
  try {
    return JSON.parse(localStorage.getItem(`recents:${owner}`) ?? "[]");
  } catch {
    return []; // something else wrote there, or the browser keeps nothing
  }
}

/**
 * @param {string} owner
 * @param {{label: string, href: string, icon: string}} place
 */
export function remember(owner, place) {
  const others = recents(owner).filter((known) => known.href !== place.href);
  try {
    localStorage.setItem(`recents:${owner}`, JSON.stringify([place, ...others].slice(0, KEPT)));
  } catch {
    // a browser that keeps nothing has no recents
  }
}

/** The page itself, when it is about one thing. @param {string} owner */
export function rememberPage(owner) {
  const [, icon] = PLACES.find(([address]) => address.test(location.pathname)) ?? [];
  if (icon) remember(owner, { label: document.title.split(" · ")[0], href: location.pathname, icon });
}

/** Whoever signs out leaves no names behind. */
export function forgetAtSignOut() {
  document.addEventListener("submit", (event) => {
    const address = event.target.getAttribute("action") ?? ""; // `form.action` may be a field of that name
    if (!address.endsWith("/accounts/logout/")) return;
    Object.keys(localStorage).filter((key) => key.startsWith("recents:")).forEach((key) => localStorage.removeItem(key));
  });
}
