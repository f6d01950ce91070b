/**
 * What the box says apart from the conversation, in the phone's language, until it is taken note of:
 * that it is a program, that a break or people would be good, and how somebody is after a hard day.
 */

/** @import { ReminderKind } from "../frames.js" */

import { part, stamp } from "../dom.js";
import { openHelp } from "./help-button.js";
import { words } from "./words.js";

export class Reminders extends HTMLElement {
  /** @type {Set<ReminderKind>} what was not taken note of yet */
  #kinds = new Set();

  connectedCallback() {
    this.replaceChildren(stamp("reminder"));
    part(this, "close", HTMLButtonElement).onclick = () => this.#close();
    part(this, "help", HTMLButtonElement).onclick = () => openHelp();
  }

  /** @param {ReminderKind[]} kinds */
  async show(kinds) {
    for (const kind of kinds) this.#kinds.add(kind);
    const known = await words();
    const said = [...this.#kinds].map((kind) => known[kind]);
    part(this, "words", HTMLElement).textContent = said.join(" ");
    const help = part(this, "help", HTMLButtonElement);
    help.hidden = !this.#kinds.has("check_in");
    help.textContent = known.card["title"] ?? "";
    this.hidden = false;
  }

  #close() {
    this.#kinds.clear();
    this.hidden = true;
  }
}

customElements.define("fs-reminders", Reminders);
