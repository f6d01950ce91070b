/** What the box says of itself: its model, its version, its clock. */

/** @import { Api } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";

const STATES = new Map([
  ["loading", "starting"],
  ["model_missing", "missing"],
  ["model_broken", "damaged"],
  ["down", "resting"],
]);

export class BoxStatus extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(stamp("box-status"));
  }

  /** @param {Api} api */
  async load(api) {
    const error = part(this, "error", HTMLElement);
    try {
      const { version, model, clock } = await api.status();
      const state = STATES.get(model.state);
      const name = model.name ?? "No model yet";
      part(this, "model", HTMLElement).textContent = state ? `${name}, ${state}` : name;
      part(this, "version", HTMLElement).textContent = version;
      part(this, "starter", HTMLElement).hidden = !model.starter;
      part(this, "clock", HTMLElement).hidden = clock === "ok";
      error.textContent = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

customElements.define("fs-box-status", BoxStatus);
