/** One message in the thread. It touches only what changed, so that words can stream into it. */

/** @import { Entry } from "./thread.js" */

import { part, stamp } from "./dom.js";
import { timeOfDay } from "./words.js";

export class MessageBubble extends HTMLElement {
  /** @type {Entry | null} */
  #shown = null;

  /** @param {Entry} entry */
  show(entry) {
    const before = this.#shown;
    this.#shown = entry;
    if (!before) this.#begin(entry);
    if (before?.text !== entry.text) part(this, "text", HTMLElement).textContent = entry.text;
    if (before?.status !== entry.status) part(this, "status", HTMLElement).textContent = entry.status;
    if (before?.retry !== entry.retry) this.#offerRetry(entry.retry);
    if (before?.busy !== entry.busy) this.classList.toggle("busy", entry.busy);
  }

  /** @param {Entry} entry */
  #begin({ id, role, writtenAt }) {
    this.replaceChildren(stamp("message"));
    this.id = `message-${id}`;
    this.className = role === "member" ? "mine" : "theirs";
    part(this, "who", HTMLElement).textContent = role === "member" ? "You" : "Your future self";
    part(this, "mark", HTMLElement).hidden = role === "member";
    const time = part(this, "time", HTMLTimeElement);
    time.dateTime = new Date(writtenAt).toISOString();
    time.textContent = timeOfDay(writtenAt);
    part(this, "retry", HTMLButtonElement).addEventListener("click", () => {
      this.dispatchEvent(new CustomEvent("retry", { detail: id, bubbles: true }));
    });
  }

  /** @param {boolean} retry */
  #offerRetry(retry) {
    part(this, "retry", HTMLButtonElement).hidden = !retry;
    this.classList.toggle("failed", retry);
  }
}

customElements.define("fs-message", MessageBubble);
