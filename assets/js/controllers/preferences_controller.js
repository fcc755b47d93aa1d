import { Controller } from "@hotwired/stimulus";

const YEAR = 365 * 24 * 3600;

/**
 * Choices of this person in this browser (theme, folded rail): an attribute of <html> now, a cookie for
 * the next page, so that the server paints it right from the first byte and nothing flashes.
 */
export default class PreferencesController extends Controller {
  /** Used as data-action with data-preferences-name-param and data-preferences-value-param. */
  choose({ params: { name, value } }) {
    const wanted = String(value);
    const now = document.documentElement.dataset[name];
    const next = name === "rail" && now === wanted ? "wide" : wanted;
    document.documentElement.dataset[name] = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${next}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
    this.mark(name, next);
  }

  /** @param {string} name @param {string} value */
  mark(name, value) {
    const choices = document.querySelectorAll(`[data-preferences-name-param="${name}"]`);
    choices.forEach((choice) => {
      choice.setAttribute("aria-pressed", String(choice.dataset.preferencesValueParam === value));
    });
  }
}
