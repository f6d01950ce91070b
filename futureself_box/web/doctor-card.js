/** In Me, for the owner: the box looked over at a tap, in plain sentences, with a button for each mend. */

/** @import { Api, Finding, Findings } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";

const STATES = { wrong: "Wrong", notice: "Good to know", well: "Well" };
const MENDS = {
  "close-folders": "Close the folders",
  "clear-leftovers": "Clear it away",
  "back-up-now": "Back up now",
  "retry-jobs": "Try again",
  "renew-certificate": "Renew it",
};

export class DoctorCard extends HTMLElement {
  /** @type {Api | null} */
  #api = null;

  connectedCallback() {
    this.replaceChildren(stamp("doctor"));
    this.#button.addEventListener("click", () => this.#do((api) => api.findings()));
  }

  /** @param {Api} api */
  begin(api) {
    this.#api = api;
  }

  /** @param {(api: Api) => Promise<Findings>} ask */
  async #do(ask) {
    if (!this.#api) return;
    const status = part(this, "status", HTMLElement);
    const error = part(this, "error", HTMLElement);
    this.#button.disabled = true;
    status.textContent = "Looking the box over.";
    error.textContent = "";
    try {
      status.textContent = this.#show((await ask(this.#api)).findings);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      status.textContent = "";
      error.textContent = `${problem.message} ${problem.hint}`;
    } finally {
      this.#button.disabled = false;
    }
  }

  /**
   * @param {Finding[]} findings
   * @returns {string} all of it in one sentence
   */
  #show(findings) {
    const sick = findings.filter(({ state }) => state !== "well");
    const well = findings.filter(({ state }) => state === "well");
    part(this, "sick", HTMLElement).replaceChildren(...sick.map((one) => this.#row(one)));
    part(this, "well", HTMLElement).replaceChildren(...well.map((one) => this.#row(one)));
    part(this, "well-section", HTMLElement).hidden = well.length === 0;
    const wrong = sick.filter(({ state }) => state === "wrong").length;
    if (wrong === 0) return "Nothing is wrong.";
    return wrong === 1 ? "One thing is wrong." : `${wrong} things are wrong.`;
  }

  /** @param {Finding} finding */
  #row({ state, sentence, step, mend }) {
    const row = stamp("finding");
    const item = /** @type {HTMLElement} */ (row.firstElementChild);
    part(item, "state", HTMLElement).textContent = STATES[state];
    part(item, "sentence", HTMLElement).textContent = sentence;
    part(item, "step", HTMLElement).textContent = step;
    const button = part(item, "mend", HTMLButtonElement);
    button.hidden = mend === "";
    if (mend !== "") {
      button.textContent = MENDS[mend];
      button.addEventListener("click", () => this.#do((api) => api.mend(mend)));
    }
    return item;
  }

  get #button() {
    return part(this, "look", HTMLButtonElement);
  }
}

customElements.define("fs-doctor", DoctorCard);
