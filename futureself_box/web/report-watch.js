/** Keeps a card at what the box reports: asked for, and again while something there is under way. */

/** @import { Api } from "./api.js" */

import { Problem } from "./api.js";
import { part } from "./dom.js";

/** @template Report */
export class ReportWatch {
  #card;
  #read;
  #show;
  /** @type {Api | null} */
  #api = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} card with a part `error`
   * @param {(api: Api) => Promise<Report>} read
   * @param {(report: Report) => number} show milliseconds until the next look; 0 where all is done
   */
  constructor(card, read, show) {
    this.#card = card;
    this.#read = read;
    this.#show = show;
  }

  /** @param {Api} api */
  load(api) {
    this.#api = api;
    return this.ask(this.#read);
  }

  /**
   * Do something that answers with a report. Whether it went well.
   * @param {(api: Api) => Promise<Report>} act
   */
  async ask(act) {
    if (!this.#api) return false;
    this.end();
    const error = part(this.#card, "error", HTMLElement);
    try {
      this.#again(this.#show(await act(this.#api)));
      error.textContent = "";
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
      return false;
    }
  }

  end() {
    clearTimeout(this.#timer);
  }

  /** @param {number} milliseconds */
  #again(milliseconds) {
    if (milliseconds) this.#timer = setTimeout(() => this.#look(milliseconds), milliseconds);
  }

  /**
   * Whoever turned to another screen sees it when they come back.
   * @param {number} milliseconds
   */
  #look(milliseconds) {
    if (this.#card.checkVisibility()) this.ask(this.#read);
    else this.#again(milliseconds);
  }
}
