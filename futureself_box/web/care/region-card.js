/** Where the owner chooses the country whose helplines everybody is shown. */

/** @import { Api } from "../api.js" */

import { Problem } from "../api.js";
import { part, stamp } from "../dom.js";
import { regions } from "./helplines.js";
import { choose, nameOf, region } from "./region.js";
import { language } from "./words.js";

export class RegionCard extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(stamp("region-card"));
  }

  /** @param {Api} api */
  async load(api) {
    const select = part(this, "region", HTMLSelectElement);
    select.replaceChildren(...(await options()));
    select.value = region();
    select.onchange = () => this.#choose(api, select.value);
  }

  /**
   * @param {Api} api
   * @param {string} chosen
   */
  async #choose(api, chosen) {
    const status = part(this, "status", HTMLElement);
    try {
      await api.chooseRegion(chosen);
      choose(chosen);
      status.textContent = "Everybody sees these lines under Help.";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      status.textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

/** Every country of the table, by its name. */
export async function options() {
  const named = (await regions()).map((code) => new Option(nameOf(code, language), code));
  named.sort((one, other) => one.text.localeCompare(other.text, language));
  return [new Option("", ""), ...named];
}

customElements.define("fs-region-card", RegionCard);
