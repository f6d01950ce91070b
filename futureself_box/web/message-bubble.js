/** One message in the thread. It touches only what changed, so that words can stream into it. */

/** @import { Entry } from "./thread.js" */

import { part, stamp } from "./dom.js";
import { helpFor, offersHelp } from "./talk/care.js";
import { HelpInline } from "./talk/help-inline.js";
import { MessageActions } from "./talk/message-actions.js";
import { NAMES } from "./thread.js";
import { timeOfDay } from "./words.js";

export class MessageBubble extends HTMLElement {
  /** @type {Entry | null} */
  #shown = null;
  /** @type {MessageActions | null} */
  #actions = null;

  /** @param {Entry} entry */
  show(entry) {
    const before = this.#shown;
    this.#shown = entry;
    if (!before) this.#begin(entry);
    if (before?.text !== entry.text) part(this, "text", HTMLElement).textContent = entry.text;
    if (before?.status !== entry.status) part(this, "status", HTMLElement).textContent = entry.status;
    if (before?.retry !== entry.retry) this.#offerRetry(entry.retry);
    if (before?.busy !== entry.busy) this.classList.toggle("busy", entry.busy);
    if (before?.by !== entry.by || before?.why !== entry.why) this.#voice(entry);
    if (before?.sign !== entry.sign) part(this, "sign", HTMLElement).textContent = entry.sign ?? "";
    part(this, "more", HTMLButtonElement).hidden = entry.busy || !entry.text;
    if (this.#actions) this.#actions.show(entry);
  }

  /** @param {Entry} entry */
  #begin({ id, by, writtenAt }) {
    this.replaceChildren(stamp("message"));
    this.id = `message-${id}`;
    this.className = by === "member" ? "mine" : "theirs";
    const time = part(this, "time", HTMLTimeElement);
    time.dateTime = new Date(writtenAt).toISOString();
    time.textContent = timeOfDay(writtenAt);
    part(this, "retry", HTMLButtonElement).addEventListener("click", () => {
      this.dispatchEvent(new CustomEvent("retry", { detail: id, bubbles: true }));
    });
    part(this, "more", HTMLButtonElement).addEventListener("click", () => this.#toggle());
  }

  /**
   * Whose words these are: where the box itself speaks, the future self has stepped aside, and nothing is
   * imagined.
   * @param {Entry} entry
   */
  #voice(entry) {
    const { by, child = false } = entry;
    this.classList.toggle("aside", by === "box");
    part(this, "who", HTMLElement).textContent = NAMES[by];
    part(this, "mark", HTMLElement).hidden = by === "member";
    part(this, "mark", HTMLElement).textContent = by === "box" ? "the box" : "imagined";
    this.querySelector("fs-help-inline")?.remove();
    const help = offersHelp(entry) ? [new HelpInline(helpFor(entry, child))] : [];
    part(this, "text", HTMLElement).after(...help);
  }

  #toggle() {
    const more = part(this, "more", HTMLButtonElement);
    if (this.#actions) {
      this.#actions.remove();
      this.#actions = null;
    } else if (this.#shown) {
      this.#actions = new MessageActions();
      this.append(this.#actions);
      this.#actions.show(this.#shown);
    }
    more.ariaExpanded = String(this.#actions !== null);
  }

  /** @param {boolean} retry */
  #offerRetry(retry) {
    part(this, "retry", HTMLButtonElement).hidden = !retry;
    this.classList.toggle("failed", retry);
  }
}

customElements.define("fs-message", MessageBubble);
