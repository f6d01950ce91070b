/**
 * Says that the composer holds a message that is being edited, and keeps what stood there before: also
 * over a reload, as every draft. Dispatches `leave`.
 */

import { part, stamp } from "../dom.js";
import { keep, read } from "../kept.js";

const EDITED = "edited";

/**
 * @typedef {object} Edited
 * @property {string} message
 * @property {string | null} thread its conversation
 * @property {string} draft what stood in the composer before
 */

export class EditingBar extends HTMLElement {
  /** @type {Edited | null} */
  #edited = read(EDITED, null);

  connectedCallback() {
    this.replaceChildren(stamp("editing"));
    const leave = part(this, "leave", HTMLButtonElement);
    leave.addEventListener("click", () => this.dispatchEvent(new Event("leave")));
  }

  /** What is being edited; null where nothing is. */
  get edited() {
    return this.#edited;
  }

  /**
   * Another message than the one before may be taken up: what stood there before both is kept.
   * @param {Edited} edited
   */
  begin(edited) {
    this.#set({ ...edited, draft: this.#edited?.draft ?? edited.draft });
  }

  end() {
    this.#set(null);
  }

  /** @param {Edited | null} edited */
  #set(edited) {
    this.#edited = edited;
    keep(EDITED, edited);
  }
}

customElements.define("fs-editing", EditingBar);
