/**
 * People who help, in the conversation itself: the lines that belong to an answer, each one tap away,
 * and the card with all of them. It needs no box.
 */

/** @import { ForWhom } from "../care/helplines.js" */

import { openHelp } from "../care/help-button.js";
import { HelpLine } from "../care/help-line.js";
import { linesOf } from "../care/helplines.js";
import { region } from "../care/region.js";
import { words } from "../care/words.js";
import { part, stamp } from "../dom.js";

export class HelpInline extends HTMLElement {
  #first;
  #whom;

  /** @param {ForWhom[]} whom whose lines are shown at once */
  constructor(whom) {
    super();
    this.#whom = whom;
    this.#first = whom.find((one) => one !== "emergency");
  }

  async connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("help-inline"));
    part(this, "all", HTMLButtonElement).addEventListener("click", () => openHelp(this.#first));
    const { card } = await words();
    part(this, "all", HTMLButtonElement).textContent = card["title"] ?? "";
    const known = await linesOf(region());
    const lines = this.#whom.map((whom) => known.find((line) => line.for_whom === whom));
    for (const line of lines) {
      if (!line) continue;
      const shown = new HelpLine();
      part(this, "lines", HTMLElement).append(shown);
      shown.show(line, card);
    }
  }
}

customElements.define("fs-help-inline", HelpInline);
