/** @typedef {{label: string, hint?: string, icon: string, href?: string, url?: string, fields?: Object, copies?: string,
 *   presses?: string, asks?: string, steps?: Act[], shortcut?: string, done?: string, why?: string}} Act */
/** @typedef {{label: string, acts: Act[]}} Group */

/** Lower case without accents. @param {string} text */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * The acts in whose label every word occurs.
 * @param {Act[]} acts
 * @param {string} text
 */
export function fitting(acts, text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return acts.filter((act) => words.every((word) => fold(`${act.label} ${act.hint ?? ""}`).includes(word)));
}

/**
 * Groups as elements of a listbox; returns the rows with their acts, in order.
 * @param {HTMLElement} list
 * @param {HTMLTemplateElement} template
 * @param {Group[]} groups
 * @returns {{element: HTMLElement, act: Act}[]}
 */
export function show(list, template, groups) {
  const rows = [];
  const sections = groups.filter((group) => group.acts.length).map((group, place) => {
    const section = document.createElement("div");
    section.setAttribute("role", "group");
    const head = document.createElement("div");
    head.className = "palette-group";
    head.id = `palette-group-${place}`;
    head.textContent = group.label;
    section.setAttribute("aria-labelledby", head.id);
    section.append(head, ...group.acts.map((act) => {
      const element = rowOf(template, act, rows.length);
      rows.push({ element, act });
      return element;
    }));
    return section;
  });
  list.replaceChildren(...sections);
  return rows;
}

/** @param {HTMLTemplateElement} template @param {Act} act @param {number} place */
function rowOf(template, act, place) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.id = `palette-row-${place}`;
  row.dataset.place = String(place);
  const use = row.querySelector("use");
  use.setAttribute("href", `${use.dataset.sprite}#${act.icon}`);
  row.querySelector(".palette-label").textContent = act.label;
  row.querySelector(".palette-hint").textContent = act.why ?? act.hint ?? "";
  const key = row.querySelector("kbd");
  if (act.shortcut) key.textContent = act.shortcut.toUpperCase();
  else key.remove();
  if (act.why) row.setAttribute("aria-disabled", "true");
  if (act.steps?.length || act.asks) row.dataset.opens = "";
  return row;
}
