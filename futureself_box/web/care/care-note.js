/** What care says beside something that somebody wrote, with the way to people who help. */

/** @import { Api } from "../api.js" */
/** @import { Replica } from "../records/replica.js" */
/** @import { Heard } from "./heard.js" */

import { Problem } from "../api.js";
import { hide } from "./heard.js";
import { openHelp } from "./help-button.js";
import { assess, NOTHING } from "./recogniser.js";
import { beside, words } from "./words.js";

export class CareNote extends HTMLElement {
  #text = document.createElement("p");
  #help = Object.assign(document.createElement("button"), { type: "button", className: "quiet" });
  #hide = Object.assign(document.createElement("button"), { type: "button", className: "quiet" });
  /** How often it was asked to say something: what comes late must not replace what is newer. */
  #asked = 0;

  constructor() {
    super();
    this.hidden = true;
    this.#hide.hidden = true;
    this.#help.onclick = () => openHelp();
  }

  connectedCallback() {
    this.role = "status";
    if (!this.childElementCount) this.append(this.#text, this.#help, this.#hide);
  }

  /**
   * Stand beside a record, until the member hides it.
   * @param {Replica} replica
   * @param {Heard} [heard] what was heard in it
   */
  async stand(replica, heard) {
    this.#hide.hidden = false;
    this.#hide.onclick = () => heard && hide(replica, heard);
    const asked = (this.#asked += 1);
    await this.#say(asked, await beside(heard?.verdict ?? NOTHING));
  }

  /**
   * Look at what was just said, by the lexicon on this phone.
   * @param {string} text
   * @param {string[]} context the messages before
   * @param {{ briefly: boolean }} how `briefly` where the box answers itself
   */
  async hear(text, context, { briefly }) {
    const asked = (this.#asked += 1);
    const verdict = await assess(text, context);
    await this.#say(asked, await beside(briefly && verdict.tier ? { tier: 1, topic: "" } : verdict));
  }

  /**
   * Look at words that no record holds: at once by the lexicon, then by the box, which reads more.
   * @param {Api} api
   * @param {string} text
   */
  async look(api, text) {
    const asked = (this.#asked += 1);
    await this.#say(asked, await beside(await assess(text)));
    if (!text.trim()) return;
    try {
      const { words: said } = await api.lookWithCare(text);
      if (said) await this.#say(asked, said);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  /**
   * @param {number} asked
   * @param {string} said
   */
  async #say(asked, said) {
    const card = said ? (await words()).card : {};
    if (asked !== this.#asked) return;
    this.hidden = !said;
    // Set only where it differs, or a screen reader would say it with every drawing.
    if (this.#text.textContent === said) return;
    this.#text.textContent = said;
    this.#help.textContent = card["title"] ?? "";
    this.#hide.textContent = card["close"] ?? "";
  }
}

customElements.define("fs-care-note", CareNote);
