import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { iconSprite } from "./assets/build/icons.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Relative URLs inside the built files: they work under any STATIC_URL.
  base: "./",
  publicDir: "assets/public",
  plugins: [tailwindcss({ optimize: false }), iconSprite({ templates: here("templates") })],
  build: {
    outDir: "assets/dist",
    manifest: true,
    // A server that runs keeps the files it started with; names carry hashes, so nothing is mixed up.
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    // Browsers of 2024 and later: light-dark(), CSS nesting and :has() stay as written.
    target: "es2022",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { main: here("assets/js/main.js") },
      // htmx contains an eval; it is switched off at run time (allowEval) and forbidden by the content policy.
      checks: { eval: false },
    },
  },
});
