import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ICON_FOLDER = join(dirname(require.resolve("lucide-static/package.json")), "icons");
const WRITTEN = /\b(?:icon|name)="([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"/g;

/** Icons whose names templates only know at run time (channels, kinds of alerts, kinds of entries). */
const CHOSEN_AT_RUN_TIME = [
  "hourglass", "flag", // rows of the inbox
 
  "at-sign", "bot", "calendar", "check", "file-text", "flame", "globe", "hand", "history", "image",
  "mail", "map-pin", "message-circle", "message-square", "message-square-text", "mic", "paperclip", "phone", "shuffle",
  "snowflake", "sparkles", "sun-medium", "tag", "user-round", "user-round-plus", "users-round", "video", "x",
  "key-round", "mail-plus", "mail-x", "monitor-smartphone", "radio-tower", "settings", "shield-check", "table-properties", "sticky-note", "list-checks", "git-merge", "users-round",
  "arrow-right", "circle-dot", "keyboard", "link", "log-out", "monitor", "moon", "panel-left", "user-round-x",
];

/**
 * All files below a folder that end in .html.
 * @param {string} folder
 * @returns {string[]}
 */
function templatesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Icon names the templates write out: `{% include "components/icon.html" with name="inbox" only %}`
 * or `icon="inbox"` handed to another component. Other `name="..."` attributes are not icons and are
 * dropped by asking whether such an icon exists.
 * @param {string} folder
 * @param {Set<string>} known
 * @returns {string[]}
 */
function namesWrittenIn(folder, known) {
  const names = templatesBelow(folder).flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(WRITTEN)].map((match) => match[1]),
  );
  return names.filter((name) => known.has(name));
}

/**
 * One <symbol> of the sprite; stroke and size come from our own CSS.
 * @param {string} name
 * @returns {string}
 */
function symbol(name) {
  const source = readFileSync(join(ICON_FOLDER, `${name}.svg`), "utf8");
  const shapes = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
}

/**
 * Vite plugin: one hashed SVG sprite with the icons the templates use, found in the manifest as
 * `assets/icons.svg`. An unknown name in CHOSEN_AT_RUN_TIME fails the build (the file is not there).
 * @param {{ templates: string }} options
 * @returns {import("vite").Plugin}
 */
export function iconSprite({ templates }) {
  return {
    name: "icon-sprite",
    generateBundle() {
      const known = new Set(readdirSync(ICON_FOLDER).map((file) => file.replace(/\.svg$/, "")));
      const names = [...new Set([...CHOSEN_AT_RUN_TIME, ...namesWrittenIn(templates, known)])].sort();
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}</svg>`;
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "assets/icons.svg", source });
    },
  };
}
