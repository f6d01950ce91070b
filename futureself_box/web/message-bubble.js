/** One message in the thread. It touches only what changed, so that words can stream into it. */

/** @import { Entry, Speaker } from "./thread.js" */

import { part, stamp } from "./dom.js";
import { NAMES } from "./thread.js";
import { timeOfDay } from "./words.js";

export class MessageBubble extends HTMLElement {
  /** @type {Entry | null} */
  #shown = null;

  /** @param {Entry} entry */
  show(entry) {
    const before = this.#shown;
    this.#shown = entry;
    if (!before) this.#begin(entry);
    if (before?.by !== entry.by) this.#name(entry.by);
    if (before?.text !== entry.text) part(this, "text", HTMLElement).textContent = entry.text;
    if (before?.status !== entry.status) part(this, "status", HTMLElement).textContent = entry.status;
    if (before?.retry !== entry.retry) this.#offerRetry(entry.retry);
    if (before?.busy !== entry.busy) this.classList.toggle("busy", entry.busy);
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
  }

  /** @param {Speaker} by what the box itself says is not imagined */
  #name(by) {
    part(this, "who", HTMLElement).textContent = NAMES[by];
    part(this, "mark", HTMLElement).hidden = by === "member";
    part(this, "mark", HTMLElement).textContent = by === "box" ? "the box" : "imagined";
  }

  /** @param {boolean} retry */
  #offerRetry(retry) {
    part(this, "retry", HTMLButtonElement).hidden = !retry;
    this.classList.toggle("failed", retry);
  }
}

customElements.define("fs-message", MessageBubble);
