/** The screen for talking: the thread, the place to write, and the truth about the connection. */

/** @import { Conversation } from "./conversation.js" */

import { Composer } from "./composer.js";
import { part, stamp } from "./dom.js";
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
  #drawing = false;
  #known = false;
  #complaint = "";

  /** @param {Conversation} conversation */
  constructor(conversation) {
    super();
    this.#conversation = conversation;
  }

  connectedCallback() {
    this.replaceChildren(stamp("talk"));
    this.#listenToMember();
    this.#listenToBox();
    this.#draw();
  }

  #listenToMember() {
    const { thread, composer } = this.#parts;
    composer.addEventListener("say", (event) => {
      this.#conversation.say(/** @type {CustomEvent<string>} */ (event).detail);
      thread.toEnd();
    });
    composer.addEventListener("stop", () => this.#conversation.stop());
    thread.addEventListener("older", () => this.#conversation.older());
    thread.addEventListener("example", (event) => {
      composer.fill(/** @type {CustomEvent<string>} */ (event).detail);
    });
    thread.addEventListener("retry", (event) => {
      this.#conversation.retry(/** @type {CustomEvent<string>} */ (event).detail);
    });
    // A fresh start reads what the other tab has left: the draft, the outbox, the thread.
    part(this, "take-over", HTMLButtonElement).addEventListener("click", () => location.reload());
  }

  #listenToBox() {
    const conversation = this.#conversation;
    conversation.addEventListener("change", () => this.#changed());
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

  /** Frames come faster than the screen shows them; one drawing for each of its frames is enough. */
  #changed() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#drawing = false;
    const { thread, composer } = this.#parts;
    const { entries, answering, socket } = this.#conversation;
    thread.show(entries, this.#known);
    composer.show({ answering, online: socket.state === "online" });
    const strip = part(this, "strip", HTMLElement);
    const words = STRIPS[socket.state] || this.#complaint;
    if (strip.textContent !== words) strip.textContent = words;
    const replaced = socket.state === "replaced";
    composer.hidden = replaced;
    part(this, "elsewhere", HTMLElement).hidden = !replaced;
  }

  get #parts() {
    return {
      thread: part(this, "thread", ThreadView),
      composer: part(this, "composer", Composer),
    };
  }
}

customElements.define("fs-talk", TalkView);
