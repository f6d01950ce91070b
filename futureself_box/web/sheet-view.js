/**
 * The household's recovery sheet: shown once, printed or written down, and proven by typing one of its
 * lines back. Dispatches `done` once it counts, or `later`.
 */

/** @import { Api } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";

export class SheetView extends HTMLElement {
  #api;

  /** @param {Api} api as the owner */
  constructor(api) {
    super();
    this.#api = api;
  }

  connectedCallback() {
    this.replaceChildren(stamp("sheet"));
    part(this, "print", HTMLButtonElement).addEventListener("click", () => print());
    part(this, "again", HTMLButtonElement).addEventListener("click", () => this.#make());
    part(this, "finish", HTMLButtonElement).addEventListener("click", () => this.#tell("done"));
    part(this, "later", HTMLButtonElement).addEventListener("click", () => this.#tell("later"));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#prove();
    });
    this.#make();
  }

  #make() {
    return this.#try(async () => {
      const { lines, line } = await this.#api.makeSheet();
      part(this, "lines", HTMLElement).replaceChildren(...lines.map(row));
      part(this, "date", HTMLElement).textContent = new Date().toLocaleDateString();
      part(this, "asked", HTMLElement).textContent = `Type line ${line}`;
      part(this, "made", HTMLElement).hidden = false;
      part(this, "typed", HTMLInputElement).value = "";
    });
  }

  #prove() {
    return this.#try(async () => {
      await this.#api.proveSheet(part(this, "typed", HTMLInputElement).value);
      part(this, "made", HTMLElement).hidden = true;
      part(this, "later", HTMLElement).hidden = true;
      part(this, "lead", HTMLElement).textContent = "Done. The sheet works. Keep it safe.";
      part(this, "finish", HTMLButtonElement).hidden = false;
      part(this, "finish", HTMLButtonElement).focus();
    });
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    const error = part(this, "error", HTMLElement);
    const again = part(this, "again", HTMLButtonElement);
    try {
      await act();
      error.textContent = "";
      again.hidden = true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
      again.hidden = problem.code === "sheet_line_wrong";
    }
  }

  /** @param {"done" | "later"} type */
  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}

/** @param {string} line */
function row(line) {
  const item = document.createElement("li");
  item.textContent = line;
  return item;
}

customElements.define("fs-sheet", SheetView);
