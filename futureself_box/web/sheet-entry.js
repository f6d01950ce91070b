/**
 * The way back for an owner who lost every phone: the four lines of the recovery sheet. Dispatches
 * `joined`, whose detail is what this device is from then on.
 */

/** @import { Api } from "./api.js" */

import { Problem } from "./api.js";
import { deviceName } from "./device-name.js";
import { part, stamp } from "./dom.js";

const LINES = 4;

export class SheetEntry extends HTMLElement {
  /** @param {Api} api */
  begin(api) {
    this.hidden = false;
    this.replaceChildren(stamp("sheet-entry"));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(api);
    });
  }

  /** @param {Api} api */
  async #submit(api) {
    const lines = part(this, "lines", HTMLTextAreaElement).value.split("\n");
    const typed = lines.map((line) => line.trim()).filter(Boolean);
    if (typed.length !== LINES) return this.#complain("The sheet has four lines. Type them all.");
    const submit = part(this, "submit", HTMLButtonElement);
    submit.disabled = true;
    try {
      const detail = await api.recover(typed, deviceName());
      this.dispatchEvent(new CustomEvent("joined", { detail }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#complain(`${problem.message} ${problem.hint}`);
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {string} words */
  #complain(words) {
    part(this, "error", HTMLElement).textContent = words;
    part(this, "lines", HTMLTextAreaElement).focus();
  }
}

customElements.define("fs-sheet-entry", SheetEntry);
