/**
 * Tells a member that somebody asked for, or added, a new phone for them. It stands until they stop it
 * or have taken note.
 */

/** @import { Api, Me } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";
import { moment } from "./words.js";

export class RescueNotice extends HTMLElement {
  /** @type {Api | null} */
  #api = null;

  /** @param {Api} api */
  begin(api) {
    this.#api = api;
    this.hidden = true;
    this.replaceChildren(stamp("rescue-notice"));
  }

  /** @param {Me} me */
  show({ member, rescue }) {
    this.hidden = !rescue;
    if (!rescue) return;
    const { asked_by, ready_at, used_at } = rescue;
    part(this, "words", HTMLElement).textContent = used_at
      ? `${asked_by} added a phone for you: ${moment(used_at)}.`
      : `${asked_by} asked to add a phone for you. It is possible from ${moment(ready_at)}.`;
    const act = part(this, "act", HTMLButtonElement);
    act.textContent = used_at ? "All right" : "Stop it";
    act.onclick = () => this.#end(member);
  }

  /** @param {string} member */
  async #end(member) {
    try {
      await this.#api?.endRescue(member);
      this.hidden = true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, "words", HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

customElements.define("fs-rescue-notice", RescueNotice);
