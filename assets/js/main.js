import "../css/main.css";
import { Application } from "@hotwired/stimulus";
import htmx from "htmx.org";
import "./morph.js";
import { startClock } from "./clock.js";
import { watchSession } from "./session.js";
import ComposerController from "./controllers/composer_controller.js";
import EvidenceController from "./controllers/evidence_controller.js";
import FormController from "./controllers/form_controller.js";
import InboxController from "./controllers/inbox_controller.js";
import LiveController from "./controllers/live_controller.js";
import MenuController from "./controllers/menu_controller.js";
import PreferencesController from "./controllers/preferences_controller.js";
import RowsController from "./controllers/rows_controller.js";
import ShortcutsController from "./controllers/shortcuts_controller.js";
import SortController from "./controllers/sort_controller.js";
import SteadyController from "./controllers/steady_controller.js";
import ThreadController from "./controllers/thread_controller.js";
import ToastsController from "./controllers/toasts_controller.js";

const application = Application.start();
application.register("composer", ComposerController);
application.register("evidence", EvidenceController);
application.register("form", FormController);
application.register("inbox", InboxController);
application.register("live", LiveController);
application.register("menu", MenuController);
application.register("preferences", PreferencesController);
application.register("rows", RowsController);
application.register("shortcuts", ShortcutsController);
application.register("sort", SortController);
application.register("steady", SteadyController);
application.register("thread", ThreadController);
application.register("toasts", ToastsController);

htmx.config.allowEval = false; // also said in the page; a page that forgets it is still safe
watchSession();
startClock();
