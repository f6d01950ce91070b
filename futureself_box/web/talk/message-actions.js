/**
 * What can be done with one message. Dispatches `act` (it bubbles), whose detail names the message,
 * what to do with it, and a sign where one is put on it.
 */

/** @import { Entry } from "../thread.js" */
/** @import { Source } from "./sources.js" */

import { part, stamp } from "../dom.js";
import { isMode, MODES, reason } from "./modes.js";
import { SIGNS } from "./signs.js";
import { line } from "./sources.js";

const FIXED = "These are the box’s own words, written by people beforehand. No model was asked.";

export class MessageActions extends HTMLElement {
  #message = "";
  #listed = "";

  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("message-actions"));
    for (const name of ["edit", "again", "go-on", "remember"]) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => this.#act(name));
    }
    const buttons = Object.entries(SIGNS).map(([sign, words]) => {
      const button = document.createElement("button");
      button.textContent = sign;
      button.ariaLabel = words;
      button.value = sign;
      button.addEventListener("click", () => this.#act("react", sign));
      return button;
    });
    part(this, "signs", HTMLElement).append(...buttons);
  }

  /** @param {Entry} entry */
  show({ id, by, last, sign, kept, mode = "", why = "", sources = [] }) {
    this.#message = id;
    const mine = by === "member";
    const isBox = by === "box";
    part(this, "edit", HTMLElement).hidden = !mine;
    part(this, "again", HTMLElement).hidden = !last || isBox;
    part(this, "go-on", HTMLElement).hidden = !last || isBox;
    part(this, "signs", HTMLElement).hidden = mine || isBox;
    part(this, "remember", HTMLElement).hidden = isBox;
    const remember = part(this, "remember", HTMLButtonElement);
    remember.ariaPressed = String(Boolean(kept));
    for (const button of part(this, "signs", HTMLElement).querySelectorAll("button")) {
      button.ariaPressed = String(button.value === sign);
    }
    const spoke = isMode(mode) ? MODES[mode].title : "";
    part(this, "manner", HTMLElement).textContent = isBox ? FIXED : spoke && `${spoke}. ${reason(why)}`;
    part(this, "reasons", HTMLElement).hidden = mine;
    part(this, "nothing", HTMLElement).hidden = isBox || sources.length > 0;
    this.#list(sources);
  }

  /** @param {Source[]} sources */
  #list(sources) {
    const listed = JSON.stringify(sources);
    if (listed === this.#listed) return;
    this.#listed = listed;
    part(this, "sources", HTMLElement).replaceChildren(...sources.map(line));
  }

  /**
   * @param {string} what
   * @param {string} [sign]
   */
  #act(what, sign) {
    const detail = { message: this.#message, what, sign };
    this.dispatchEvent(new CustomEvent("act", { detail, bubbles: true }));
  }
}

customElements.define("fs-message-actions", MessageActions);
