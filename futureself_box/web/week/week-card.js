/** In Me, for the owner: how the box did in the last seven days, drawn when somebody opens it. */

/** @import { Api } from "../api.js" */

import { Problem } from "../api.js";
import { part, stamp } from "../dom.js";
import { FIGURES } from "./figures.js";
import { WeekPlot } from "./plot.js";

export class WeekCard extends HTMLElement {
  /** @type {Api | null} */
  #api = null;

  connectedCallback() {
    this.replaceChildren(stamp("week"));
    const details = part(this, "details", HTMLDetailsElement);
    details.addEventListener("toggle", () => details.open && this.#load());
  }

  /** @param {Api} api */
  begin(api) {
    this.#api = api;
  }

  async #load() {
    if (!this.#api) return;
    const status = part(this, "status", HTMLElement);
    const error = part(this, "error", HTMLElement);
    status.textContent = "Asking the box.";
    error.textContent = "";
    try {
      const { stretches, now } = await this.#api.week();
      const plots = FIGURES.map((figure) => {
        const plot = new WeekPlot();
        plot.show(figure, stretches, now);
        return plot;
      });
      part(this, "plots", HTMLElement).replaceChildren(...plots);
      status.textContent = "Seven days up to now. A line breaks where there was nothing to measure.";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      status.textContent = "";
      error.textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

customElements.define("fs-week", WeekCard);
