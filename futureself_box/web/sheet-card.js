/** In Me, for the owner: whether there is a recovery sheet, and the way to a new one. */

/** @import { Api } from "./api.js" */

import { part, stamp } from "./dom.js";
import { SheetView } from "./sheet-view.js";
import { day } from "./words.js";

export class SheetCard extends HTMLElement {
  /** @param {Api} api */
  begin(api) {
    this.replaceChildren(stamp("sheet-card"));
    part(this, "make", HTMLButtonElement).addEventListener("click", () => this.#make(api));
  }

  /** @param {string | null} provenAt */
  show(provenAt) {
    part(this, "state", HTMLElement).textContent = provenAt
      ? `Proven: ${day(Date.parse(provenAt))}. It opens everything if the box is lost.`
      : "There is none yet. Without it, a lost box is lost for good.";
    part(this, "make", HTMLButtonElement).textContent = provenAt
      ? "Make a new sheet"
      : "Make the recovery sheet";
  }

  /** @param {Api} api */
  #make(api) {
    const view = new SheetView(api);
    const close = (/** @type {boolean} */ isProven) => {
      view.remove();
      part(this, "make", HTMLButtonElement).hidden = false;
      part(this, "make", HTMLButtonElement).focus();
      if (isProven) this.show(new Date().toISOString());
    };
    view.addEventListener("done", () => close(true));
    view.addEventListener("later", () => close(false));
    part(this, "make", HTMLButtonElement).hidden = true;
    this.append(view);
  }
}

customElements.define("fs-sheet-card", SheetCard);
