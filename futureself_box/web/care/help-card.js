/**
 * The card with people who help: one tap from every screen, and there without the box.
 * `open(first)` puts the lines for somebody first, such as those for children.
 */

/** @import { ForWhom, Helpline } from "./helplines.js" */
/** @import { CareWords } from "./words.js" */

import { part, stamp } from "../dom.js";
import { HelpLine } from "./help-line.js";
import { linesOf } from "./helplines.js";
import { options } from "./region-card.js";
import { choose, region } from "./region.js";
import { words } from "./words.js";

/** @type {ForWhom[]} */
const ORDER = ["emergency", "anyone", "child", "violence", "eating"];

export class HelpCard extends HTMLElement {
  /** @type {ForWhom | undefined} */
  #first;

  async connectedCallback() {
    this.replaceChildren(stamp("help-card"));
    const known = await words();
    for (const name of ["title", "lead", "region", "elsewhere", "program", "close"]) {
      part(this, name, HTMLElement).textContent = known.card[name] ?? "";
    }
    part(this, "close", HTMLButtonElement).onclick = () => this.#dialog.close();
    await this.#listRegions();
    const select = part(this, "regions", HTMLSelectElement);
    select.onchange = () => {
      choose(select.value);
      this.#showLines(known);
    };
    await this.#showLines(known);
  }

  /** @param {ForWhom} [first] whose lines come right after the emergency number */
  async open(first) {
    this.#first = first;
    this.#dialog.showModal();
    part(this, "regions", HTMLSelectElement).value = region();
    await this.#showLines(await words());
  }

  get #dialog() {
    return part(this, "dialog", HTMLDialogElement);
  }

  async #listRegions() {
    part(this, "regions", HTMLSelectElement).replaceChildren(...(await options()));
  }

  /** @param {CareWords} known */
  async #showLines({ card }) {
    const lines = await linesOf(region());
    const order = [...new Set([ORDER[0], this.#first ?? "anyone", ...ORDER])];
    const groups = order.map((who) => this.#group(who, lines, card)).filter((group) => group !== null);
    const none = document.createElement("p");
    none.textContent = card["no_region"] ?? "";
    part(this, "lines", HTMLElement).replaceChildren(...(groups.length ? groups : [none]));
  }

  /**
   * @param {ForWhom | undefined} who
   * @param {Helpline[]} lines
   * @param {CareWords["card"]} card
   */
  #group(who, lines, card) {
    const own = lines.filter((line) => line.for_whom === who);
    if (!who || own.length === 0) return null;
    const section = document.createElement("section");
    section.append(stamp("help-group"));
    part(section, "for", HTMLElement).textContent = card[who] ?? "";
    for (const line of own) {
      const shown = new HelpLine();
      section.append(shown);
      shown.show(line, card);
    }
    return section;
  }
}

customElements.define("fs-help-card", HelpCard);
