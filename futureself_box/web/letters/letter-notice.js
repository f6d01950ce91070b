/** Says that a letter's day has come; also where the app lay open over night. */

/** @import { Replica } from "../records/replica.js" */

import { come } from "./letters.js";

export class LetterNotice extends HTMLElement {
  #listening = new AbortController();

  /** @param {Replica} replica */
  begin(replica) {
    const { signal } = this.#listening;
    const draw = () => (this.hidden = come(replica).length === 0);
    replica.addEventListener("change", draw, { signal });
    document.addEventListener("visibilitychange", draw, { signal });
    draw();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }
}

customElements.define("fs-letter-notice", LetterNotice);
