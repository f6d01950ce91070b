/** The screen for talking: the thread, the place to write, and the truth about the connection. */

/** @import { Conversation } from "./conversation.js" */
/** @import { Replica } from "./records/replica.js" */
/** @import { Entry } from "./thread.js" */

import { Composer } from "./composer.js";
import { part, stamp } from "./dom.js";
import { ModeChip } from "./talk/mode-chip.js";
import { kept, react, remember, signs } from "./talk/signs.js";
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
  #drawing = false;
  #known = false;
  #complaint = "";
  #child = false;
  /** The message that is being edited. */
  #editing = "";

  /**
   * @param {Conversation} conversation
   * @param {Replica} replica
   */
  constructor(conversation, replica) {
    super();
    this.#conversation = conversation;
    this.#replica = replica;
  }

  connectedCallback() {
    this.replaceChildren(stamp("talk"));
    this.#listenToMember();
    this.#listenToBox();
    this.#listenToManner();
    this.#draw();
  }

  /** @param {string} role of the member */
  introduce(role) {
    this.#child = role === "child";
    this.#changed();
  }

  #listenToMember() {
    const { thread, composer } = this.#parts;
    composer.addEventListener("say", (event) => {
      this.#say(/** @type {CustomEvent<string>} */ (event).detail);
    });
    composer.addEventListener("stop", () => this.#conversation.stop());
    thread.addEventListener("older", () => this.#conversation.older());
    thread.addEventListener("example", (event) => {
      composer.fill(/** @type {CustomEvent<string>} */ (event).detail);
    });
    thread.addEventListener("retry", (event) => {
      this.#conversation.retry(/** @type {CustomEvent<string>} */ (event).detail);
    });
    thread.addEventListener("act", (event) => {
      const { message, what, sign } = /** @type {CustomEvent} */ (event).detail;
      this.#act(message, what, sign);
    });
    part(this, "leave-editing", HTMLButtonElement).addEventListener("click", () => this.#edit(null));
    // A fresh start reads what the other tab has left: the draft, the outbox, the thread.
    part(this, "take-over", HTMLButtonElement).addEventListener("click", () => location.reload());
  }

  #listenToBox() {
    const conversation = this.#conversation;
    conversation.addEventListener("change", () => this.#changed());
    this.#replica.addEventListener("change", () => this.#changed());
    conversation.addEventListener("news", (event) => {
      this.#parts.thread.announce(/** @type {CustomEvent<string>} */ (event).detail);
    });
    conversation.addEventListener("problem", (event) => {
      this.#complain(/** @type {CustomEvent<string>} */ (event).detail);
    });
    conversation.addEventListener("loaded", () => {
      this.#known = true;
      this.#complain("");
    });
  }

  #listenToManner() {
    const { chip, threads } = this.#parts;
    chip.addEventListener("choose", async (event) => {
      const mode = /** @type {CustomEvent} */ (event).detail;
      this.#complain(await wishes.choose(this.#replica, mode));
    });
    chip.addEventListener("back", async () => {
      const { mode, why } = this.#speaking();
      this.#complain(await wishes.decline(this.#replica, { mode, why }));
      this.#parts.thread.announce("It will not change like that again.");
    });
    const opener = part(this, "conversations", HTMLButtonElement);
    opener.addEventListener("click", () => this.#showThreads(threads.hidden === true));
    threads.addEventListener("open", (event) => {
      this.#edit(null);
      this.#conversation.open(/** @type {CustomEvent<string | null>} */ (event).detail);
      this.#showThreads(false);
      this.#parts.thread.toEnd();
    });
  }

  /** @param {string} text */
  #say(text) {
    const editing = this.#editing;
    this.#edit(null);
    if (editing) this.#conversation.edit(editing, text);
    else this.#conversation.say(text);
    this.#parts.thread.toEnd();
  }

  /**
   * @param {string} message
   * @param {string} what
   * @param {string} [sign]
   */
  async #act(message, what, sign) {
    const entry = this.#conversation.entries.find(({ id }) => id === message);
    if (!entry) return;
    if (what === "edit") this.#edit(entry);
    if (what === "again") this.#conversation.again(message, false);
    if (what === "go-on") this.#conversation.again(message, true);
    if (what === "remember") this.#complain(await remember(this.#replica, entry));
    if (what === "react" && sign) this.#complain(await react(this.#replica, message, sign));
  }

  /** @param {Entry | null} entry */
  #edit(entry) {
    if (!entry && !this.#editing) return;
    this.#editing = entry?.id ?? "";
    this.#parts.composer.fill(entry?.text ?? "");
    this.#changed();
  }

  /** @param {boolean} showing */
  #showThreads(showing) {
    const { threads, thread } = this.#parts;
    threads.hidden = !showing;
    thread.hidden = showing;
    part(this, "conversations", HTMLButtonElement).ariaExpanded = String(showing);
    if (showing) part(threads, "search", HTMLInputElement).focus();
    this.#changed();
  }

  #speaking() {
    const spoken = this.#conversation.entries.filter(({ mode }) => mode);
    const { mode = "", why = "" } = spoken.at(-1) ?? {};
    const before = spoken.at(-2)?.mode ?? "";
    return { mode, why, before, chosen: wishes.chosen(this.#replica), child: this.#child };
  }

  /** @param {string} words */
  #complain(words) {
    this.#complaint = words;
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
    const { thread, composer, chip, threads } = this.#parts;
    const { answering, socket } = this.#conversation;
    thread.show(this.#entries(), this.#known);
    composer.show({ answering, online: socket.state === "online" });
    chip.show(this.#speaking());
    threads.show(this.#replica, this.#conversation.thread);
    part(this, "title", HTMLElement).textContent = this.#title();
    part(this, "editing", HTMLElement).hidden = !this.#editing;
    const strip = part(this, "strip", HTMLElement);
    const words = STRIPS[socket.state] || this.#complaint;
    if (strip.textContent !== words) strip.textContent = words;
    const replaced = socket.state === "replaced";
    composer.hidden = replaced || !threads.hidden;
    part(this, "elsewhere", HTMLElement).hidden = !replaced;
  }

  #entries() {
    const [put, known] = [signs(this.#replica), kept(this.#replica)];
    return this.#conversation.entries.map((entry) => {
      return { ...entry, sign: put.get(entry.id) ?? "", kept: known.has(entry.id) };
    });
  }

  #title() {
    const open = this.#conversation.thread;
    const shown = open && this.#replica.shown("thread").find(({ id }) => id === open);
    return shown ? shown.head.body.title : "Your future self";
  }

  get #parts() {
    return {
      thread: part(this, "thread", ThreadView),
      composer: part(this, "composer", Composer),
      chip: part(this, "chip", ModeChip),
      threads: part(this, "threads", ThreadList),
    };
  }
}

customElements.define("fs-talk", TalkView);
