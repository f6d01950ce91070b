/** The screen for talking: the thread, the place to write, and the truth about the connection. */

/** @import { Conversation } from "./conversation.js" */
/** @import { Replica } from "./records/replica.js" */
/** @import { Manner } from "./talk/manner.js" */

import { Composer } from "./composer.js";
import { part, stamp } from "./dom.js";
import { act } from "./talk/deeds.js";
import { EditingBar } from "./talk/editing-bar.js";
import { dressed, mannerOf, speaking } from "./talk/manner.js";
import { ModeChip } from "./talk/mode-chip.js";
import { ThreadList } from "./talk/thread-list.js";
import * as wishes from "./talk/wishes.js";
import { ThreadView } from "./thread-view.js";

const STRIPS = {
  online: "",
  offline: "The box is out of reach. Your words are safe here.",
  replaced: "",
  refused: "",
  outdated: "This app is older than the box. Reload the page.",
};

export class TalkView extends HTMLElement {
  #conversation;
  #replica;
  /** @type {Manner} */
  #manner;
  #drawing = false;
  #known = false;
  #complaint = "";
  /** Why what the member just did was not done. */
  #undone = "";
  #child = false;

  /**
   * @param {Conversation} conversation
   * @param {Replica} replica
   */
  constructor(conversation, replica) {
    super();
    this.#conversation = conversation;
    this.#replica = replica;
    this.#manner = mannerOf(replica);
  }

  connectedCallback() {
    this.replaceChildren(stamp("talk"));
    this.#parts.threads.begin(this.#replica);
    this.#listenToComposer();
    this.#listenToThread();
    this.#listenToManner();
    this.#listenToBox();
    this.#draw();
  }

  /** @param {string} role of the member */
  introduce(role) {
    this.#child = role === "child";
    this.#changed();
  }

  /**
   * Show a message where it was said, as when an answer names it.
   * @param {string} message
   */
  open(message) {
    this.#showThreads(false);
    this.#leaveEditing();
    this.#conversation.goTo(message);
    this.#draw();
    this.#parts.thread.goTo(message);
  }

  #listenToComposer() {
    const { composer } = this.#parts;
    composer.addEventListener("say", (event) => {
      this.#say(/** @type {CustomEvent<string>} */ (event).detail);
    });
    composer.addEventListener("stop", () => this.#conversation.stop());
    composer.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#leaveEditing();
    });
    this.#parts.editing.addEventListener("leave", () => this.#leaveEditing());
    // A fresh start reads what the other tab has left: the draft, the outbox, the thread.
    part(this, "take-over", HTMLButtonElement).addEventListener("click", () => location.reload());
  }

  #listenToThread() {
    const { thread, composer } = this.#parts;
    thread.addEventListener("older", () => this.#conversation.older());
    thread.addEventListener("example", (event) => {
      composer.fill(/** @type {CustomEvent<string>} */ (event).detail);
    });
    thread.addEventListener("retry", (event) => {
      this.#conversation.retry(/** @type {CustomEvent<string>} */ (event).detail);
    });
    thread.addEventListener("act", async (event) => {
      const deed = /** @type {CustomEvent} */ (event).detail;
      if (deed.what === "edit") return this.#edit(deed.message);
      this.#answer(await act(this.#conversation, this.#replica, deed));
    });
  }

  #listenToManner() {
    const { chip, threads, thread } = this.#parts;
    chip.addEventListener("choose", async (event) => {
      const mode = /** @type {CustomEvent} */ (event).detail;
      this.#answer(await wishes.choose(this.#replica, mode));
    });
    chip.addEventListener("back", async () => {
      const change = speaking(this.#conversation.entries, this.#manner);
      this.#answer(await wishes.decline(this.#replica, change));
      thread.announce("It will not change like that again.");
    });
    const opener = part(this, "conversations", HTMLButtonElement);
    opener.addEventListener("click", () => this.#showThreads(threads.hidden === true));
    threads.addEventListener("open", (event) => {
      this.#turnTo(/** @type {CustomEvent<string | null>} */ (event).detail);
    });
    threads.addEventListener("keydown", ({ key, defaultPrevented, target }) => {
      const isAsking = target instanceof Element && target.closest("fs-confirm .question");
      if (key === "Escape" && !defaultPrevented && !isAsking) this.#closeThreads();
    });
  }

  #listenToBox() {
    const conversation = this.#conversation;
    conversation.addEventListener("change", () => this.#changed());
    this.#replica.addEventListener("change", () => {
      this.#manner = mannerOf(this.#replica);
      this.#changed();
    });
    conversation.addEventListener("news", (event) => {
      this.#parts.thread.announce(/** @type {CustomEvent<string>} */ (event).detail);
    });
    conversation.addEventListener("problem", (event) => {
      this.#complaint = /** @type {CustomEvent<string>} */ (event).detail;
      this.#changed();
    });
    conversation.addEventListener("loaded", () => {
      this.#known = true;
      this.#complaint = "";
      this.#changed();
    });
  }

  /** @param {string} text */
  #say(text) {
    const { edited } = this.#parts.editing;
    this.#answer("");
    if (edited) this.#conversation.edit(edited.message, text);
    else this.#conversation.say(text);
    this.#leaveEditing();
    this.#parts.thread.toEnd();
  }

  /** @param {string} message */
  #edit(message) {
    const { composer, editing } = this.#parts;
    const { entries, thread } = this.#conversation;
    const entry = entries.find(({ id }) => id === message);
    if (!entry) return;
    editing.begin({ message, thread, draft: composer.text });
    composer.fill(entry.text);
    this.#changed();
  }

  #leaveEditing() {
    const { composer, editing } = this.#parts;
    const { edited } = editing;
    if (!edited) return;
    editing.end();
    composer.fill(edited.draft);
    this.#changed();
  }

  /** @param {string | null} thread */
  #turnTo(thread) {
    this.#leaveEditing();
    // The address names no message of it; and a tap that names the same one again is heard again.
    history.replaceState(null, "", "#talk");
    this.#conversation.open(thread);
    this.#closeThreads();
    this.#parts.thread.toEnd();
  }

  #closeThreads() {
    this.#showThreads(false);
    part(this, "title", HTMLElement).focus();
  }

  /** @param {boolean} showing */
  #showThreads(showing) {
    const { threads, thread, chip } = this.#parts;
    for (const one of [thread, chip]) one.hidden = showing;
    part(this, "conversations", HTMLButtonElement).ariaExpanded = String(showing);
    if (showing) threads.open(this.#conversation.thread);
    else threads.hidden = true;
    this.#changed();
  }

  /** @param {string} words why the last deed was not done; empty where it was */
  #answer(words) {
    this.#undone = words;
    this.#changed();
  }

  /** Frames come faster than the screen shows them; one drawing for each of its frames is enough. */
  #changed() {
    if (this.#drawing || !this.isConnected) return;
    this.#drawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#drawing = false;
    const { thread, composer, chip, threads, editing } = this.#parts;
    const { answering, socket } = this.#conversation;
    const entries = dressed(this.#conversation.entries, this.#manner, this.#replica, this.#child);
    if (editing.edited && editing.edited.thread !== this.#conversation.thread) this.#leaveEditing();
    thread.show(entries, this.#known);
    composer.show({ answering, online: socket.state === "online" });
    chip.show({ ...speaking(entries, this.#manner), child: this.#child });
    part(this, "title", HTMLElement).textContent = this.#title;
    const strip = part(this, "strip", HTMLElement);
    const words = this.#undone || STRIPS[socket.state] || this.#complaint;
    if (strip.textContent !== words) strip.textContent = words;
    const replaced = socket.state === "replaced";
    composer.hidden = replaced || !threads.hidden;
    editing.hidden = composer.hidden || editing.edited === null;
    part(this, "elsewhere", HTMLElement).hidden = !replaced;
  }

  get #title() {
    const { thread } = this.#conversation;
    return (thread && this.#replica.find(thread)?.head.body.title) || "Your future self";
  }

  get #parts() {
    return {
      thread: part(this, "thread", ThreadView),
      composer: part(this, "composer", Composer),
      chip: part(this, "chip", ModeChip),
      threads: part(this, "threads", ThreadList),
      editing: part(this, "editing", EditingBar),
    };
  }
}

customElements.define("fs-talk", TalkView);
