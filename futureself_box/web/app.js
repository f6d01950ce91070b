/**
 * The app: lets a device in, shows the screen that the address names, and forgets everything when
 * the box no longer knows the device.
 */

/** @import { Joined } from "./api.js" */
/** @import { BoxFrame, Welcome } from "./frames.js" */

import { Api, Problem } from "./api.js";
import { takeArrival } from "./arrival.js";
import "./care/help-button.js";
import { choose } from "./care/region.js";
import { Reminders } from "./care/reminders.js";
import { Carrier } from "./attachments/carrier.js";
import { Shelf } from "./attachments/shelf.js";
import { Conversation } from "./conversation.js";
import { EntranceView } from "./entrance-view.js";
import { forgetAll, keep, read } from "./kept.js";
import { GoalsView } from "./goals/goals-view.js";
import { JournalView, picked } from "./journal/journal-view.js";
import { LettersView } from "./letters/letters-view.js";
import { MeView } from "./me-view.js";
import { onboardingScreens, TITLES as ONBOARDING } from "./onboarding/screens.js";
import * as outbox from "./outbox.js";
import * as database from "./records/database.js";
import { Replica } from "./records/replica.js";
import { Sync } from "./records/sync.js";
import { RescueNotice } from "./rescue-notice.js";
import { SheetView } from "./sheet-view.js";
import { TalkView } from "./talk-view.js";
import { WaitingView } from "./waiting-view.js";

const ASK_AGAIN_MS = 2_000;
const TITLES = { journal: "Journal", talk: "Talk", goals: "Goals", letters: "Letters", me: "Me", ...ONBOARDING };

/** @typedef {keyof typeof TITLES} Screen */

const screens = /** @type {HTMLElement} */ (document.getElementById("screens"));
const tabs = /** @type {HTMLElement} */ (document.getElementById("tabs"));
const notice = /** @type {RescueNotice} */ (document.getElementById("notice"));
const reminders = /** @type {Reminders} */ (document.getElementById("reminders"));

const arrival = takeArrival();
const kept = read("who", /** @type {Joined | null} */ (null));
if (kept) showApp(kept);
else if (arrival?.kind === "invitation") showWaiting(arrival.secret);
else showEntrance({ secret: arrival?.secret });

/** @param {{ notice?: string, secret?: string }} [how] why the person is here again, or by what */
async function showEntrance({ notice, secret } = {}) {
  tabs.hidden = true;
  const api = new Api();
  const { set_up: isSetUp } = await untilAnswered(() => api.household());
  const view = new EntranceView(api, { isNew: !isSetUp, secret, notice });
  on(view, "ask", (/** @type {string} */ digits) => showWaiting(digits));
  on(view, "joined", (/** @type {Joined} */ who) => begin(who));
  on(view, "set-up", (/** @type {Joined} */ who) => {
    keep("who", who);
    showSheet(who);
  });
  show(view, "Welcome");
}

/** @param {string} given what an invitation is recognised by: a QR's secret or typed digits */
function showWaiting(given) {
  const view = new WaitingView(new Api(), given);
  /** @type {Joined} */
  let joined;
  on(view, "joined", (/** @type {Joined} */ who) => keep("who", (joined = who)));
  on(view, "begin", () => begin(joined));
  on(view, "failed", (/** @type {string} */ notice) => showEntrance({ notice }));
  show(view, "Welcome");
}

/**
 * The owner is in; the household's last key comes before the first talk.
 * @param {Joined} who
 */
function showSheet(who) {
  const view = new SheetView(new Api(who.token));
  on(view, "done", () => begin(who));
  on(view, "later", () => begin(who));
  show(view, "Recovery sheet");
}

/** @param {Joined} who */
function begin(who) {
  keep("who", who);
  history.replaceState(null, "", "#welcome");
  showApp(who);
}

/**
 * @param {HTMLElement} view
 * @param {string} title
 */
function show(view, title) {
  screens.replaceChildren(view);
  document.title = `${title} · Future Self`;
  view.querySelector("h1")?.focus();
}

/**
 * @template T
 * @param {EventTarget} source
 * @param {string} type
 * @param {(detail: T) => void} hear
 */
function on(source, type, hear) {
  source.addEventListener(type, (event) => hear(/** @type {CustomEvent<T>} */ (event).detail));
}

/** @param {Joined} who */
async function showApp(who) {
  navigator.serviceWorker?.register("/sw.js");
  const opened = await database.open();
  const replica = await Replica.open(opened, who.device);
  const shelf = await Shelf.open(opened, replica, picked());
  const api = new Api(who.token, (problem) => leave(problem));
  const conversation = new Conversation(api, who.token, replica);
  const { socket } = conversation;
  const sync = new Sync(replica, socket);
  const carrier = new Carrier(api, replica, shelf, socket);
  const unsent = () => {
    const messages = outbox.all().filter(({ accepted }) => !accepted);
    const records = replica.held().filter(({ acknowledged }) => !acknowledged);
    return messages.length + records.length + shelf.owed().length;
  };
  const views = {
    journal: new JournalView(api, replica, sync, carrier),
    talk: new TalkView(conversation, replica),
    goals: new GoalsView(api, replica, sync),
    letters: new LettersView(api, replica, sync, who.role === "child"),
    me: new MeView(api, who, unsent),
    ...onboardingScreens(api, replica, sync),
  };
  views.talk.introduce(who.role);
  const routing = new AbortController();

  /** @param {{ message: string, hint: string } | null} reason */
  function leave(reason) {
    if (routing.signal.aborted) return;
    routing.abort();
    socket.close();
    carrier.close();
    forgetAll();
    replica.close();
    database.erase();
    notice.hidden = reminders.hidden = true;
    const why = reason ? `${reason.message} ${reason.hint}` : "You are signed out.";
    showEntrance({ notice: `${why} Nothing is kept here.` });
  }

  async function askMe() {
    try {
      const me = await api.me();
      views.me.show(me);
      notice.show(me);
      if (me.region) choose(me.region);
    } catch (problem) {
      // Asked again with the next welcome; who is refused hears of it from the one who looks after it.
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  function route() {
    const name = screenOf(location.hash);
    turnTo(views, name);
    const view = views[name];
    if ("refresh" in view) view.refresh();
    const [, record] = location.hash.split("/");
    if (record && "open" in view) view.open(record);
  }

  socket.addEventListener("frame", (event) => {
    const { detail } = /** @type {CustomEvent<BoxFrame>} */ (event);
    if (detail.type === "reminder") reminders.show(detail.kinds);
  });
  socket.addEventListener("state", () => {
    if (socket.state !== "refused") return;
    leave(views.me.isLeaving ? null : (socket.reason ?? UNKNOWN_REASON));
  });
  conversation.addEventListener("welcome", (event) => {
    const { name, role } = /** @type {CustomEvent<Welcome>} */ (event).detail;
    keep("who", { ...who, name, role });
    views.me.introduce({ name, role });
    views.talk.introduce(role);
    askMe();
  });
  conversation.addEventListener("notice", () => askMe());
  // The box pokes only the member's other phones; this one reads what it said itself, for later.
  conversation.addEventListener("news", () => sync.refresh());
  views.welcome.addEventListener("done", () => (location.hash = "#talk"));
  views.me.addEventListener("left", () => leave(null));
  addEventListener("hashchange", route, { signal: routing.signal });

  notice.begin(api);
  screens.replaceChildren(...Object.values(views));
  tabs.hidden = false;
  route();
  socket.open();
}

const UNKNOWN_REASON = {
  message: "This device was removed from the box.",
  hint: "Ask for an invitation to join again.",
};

/**
 * @param {string} hash
 * @returns {Screen}
 */
function screenOf(hash) {
  const [name] = hash.slice(1).split("/");
  return name in TITLES ? /** @type {Screen} */ (name) : "journal";
}

/**
 * @param {Record<Screen, HTMLElement>} views
 * @param {Screen} name
 */
function turnTo(views, name) {
  const changed = views[name].hidden;
  for (const [other, view] of Object.entries(views)) view.hidden = other !== name;
  tabs.hidden = name === "welcome";
  document.title = `${TITLES[name]} · Future Self`;
  for (const tab of tabs.querySelectorAll("a")) {
    if (tab.hash === `#${tabOf(name)}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  // A screen reader hears which screen it is on now.
  if (changed) views[name].querySelector("h1")?.focus();
}

/** @param {Screen} name */
function tabOf(name) {
  if (name === "letters") return "talk";
  return name in ONBOARDING ? "me" : name;
}

/**
 * Ask until the box is there; the page says so meanwhile.
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function untilAnswered(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const words = document.createElement("p");
      words.className = "page";
      words.textContent = `${problem.message} I will ask again by myself.`;
      screens.replaceChildren(words);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
