/** What care says beside something that somebody wrote, with the way to people who help. */

/** @import { Api } from "../api.js" */

import { Problem } from "../api.js";
import { openHelp } from "./help-button.js";
import { words } from "./words.js";

export class CareNote extends HTMLElement {
  #api;
  #text = document.createElement("p");
  #help = Object.assign(document.createElement("button"), { type: "button", className: "quiet" });

  /** @param {Api} api */
  constructor(api) {
    super();
    this.#api = api;
    this.hidden = true;
    this.role = "status";
    this.#help.onclick = () => openHelp();
    this.append(this.#text, this.#help);
  }

  /**
   * Ask the box about what was written. With no network nothing is said, and no model reads it either.
   * @param {string} text
   */
  async look(text) {
    if (!text.trim()) return this.#show("");
    try {
      await this.#show((await this.#api.lookWithCare(text)).words);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  /** @param {string} said */
  async #show(said) {
    this.#text.textContent = said;
    this.#help.textContent = (await words()).card["title"] ?? "";
    this.hidden = !said;
  }
}

customElements.define("fs-care-note", CareNote);
