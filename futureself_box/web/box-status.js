/** What the box says of itself: its model, its version, its clock. */

/** @import { Answers, Api } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";

const STATES = new Map([
  ["loading", "starting"],
  ["model_missing", "missing"],
  ["model_broken", "damaged"],
  ["down", "resting"],
  ["model_server_not_agreed", "waiting for the owner’s yes"],
  ["model_server_unreachable", "not reached"],
  ["model_server_key_refused", "its server refuses the box’s key"],
]);

/**
 * Where a member's words go; nothing where they stay on the box.
 * @param {Answers} answers
 */
function wordsGo({ place, host, encrypted, agreed }) {
  if (place === "box") return "";
  if (place === "machine") return `Answers come from another program on the box’s machine, ${host}.`;
  if (!agreed) return `Nobody gets an answer until the owner agrees that words go to ${host}.`;
  const leave = `What you say to your future self leaves the box: ${host} answers.`;
  return encrypted ? leave : `${leave} On the way there it can be read.`;
}

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
      const name = model.name ?? (model.answers.place === "box" ? "No model yet" : "Another server’s");
      part(this, "model", HTMLElement).textContent = state ? `${name}, ${state}` : name;
      part(this, "version", HTMLElement).textContent = version;
      part(this, "starter", HTMLElement).hidden = !model.starter;
      const where = part(this, "where", HTMLElement);
      where.textContent = wordsGo(model.answers);
      where.hidden = !where.textContent;
      part(this, "clock", HTMLElement).hidden = clock === "ok";
      error.textContent = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

customElements.define("fs-box-status", BoxStatus);
