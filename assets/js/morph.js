import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import { TYPES_TEXT } from "./typing.js";

/**
 * An element marked `data-morph-keep` looks after its own content (a lazily loaded card, older
 * messages, a draft): when the server sends the same id again, what is on the screen stays.
 * @param {Node} old
 * @param {Node} fresh
 * @returns {boolean}
 */
function mayMorph(old, fresh) {
  if (old instanceof Element && old.hasAttribute("data-unsent")) return false; // the next request brings it
  const keeps = old instanceof Element && old.hasAttribute("data-morph-keep");
  return !(keeps && fresh instanceof Element && old.id === fresh.id);
}

/**
 * What a person opened stays open, what they typed and have not sent stays typed, and what our scripts own
 * (`data-morph-own="data-view"`; of rows `data-far`) stays theirs.
 * @param {string} attribute
 * @param {Element} element
 * @returns {boolean}
 */
function mayChangeAttribute(attribute, element) {
  if (attribute === "data-far") return false;
  if (attribute === "open" && element.matches("details, dialog")) return false;
  if (attribute === "value" && element.matches(TYPES_TEXT) && element.value !== element.defaultValue) return false;
  return !(element.dataset?.morphOwn ?? "").split(" ").includes(attribute);
}

/**
 * How every live swap of this product merges: in place, by id, keeping focus and typed text. Idiomorph
 * leaves the whole inside of an "active value" alone, so that is asked for only while somebody types: a
 * focused row must still change.
 * @param {"innerHTML" | "outerHTML"} morphStyle
 */
function howToMorph(morphStyle) {
  return {
    morphStyle,
    ignoreActiveValue: Boolean(document.activeElement?.matches(TYPES_TEXT)),
    restoreFocus: true,
    callbacks: { beforeNodeMorphed: mayMorph, beforeAttributeUpdated: mayChangeAttribute },
  };
}

/**
 * Merge fresh HTML into an element and wake up what is new in it.
 * @param {Element} target
 * @param {string | Node | Node[]} fresh
 * @param {"innerHTML" | "outerHTML"} morphStyle
 */
export function morph(target, fresh, morphStyle) {
  const merged = Idiomorph.morph(target, fresh, howToMorph(morphStyle));
  htmx.process(target);
  return merged;
}

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph" || style === "morph:outerHTML",
  handleSwap(style, target, fragment) {
    if (!style.startsWith("morph")) return false;
    const morphStyle = style === "morph:innerHTML" ? "innerHTML" : "outerHTML";
    return Idiomorph.morph(target, [...fragment.children], howToMorph(morphStyle));
  },
});
