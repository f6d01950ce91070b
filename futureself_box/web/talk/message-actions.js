/**
 * What can be done with one message. Dispatches `act` (it bubbles), whose detail names the message,
 * what to do with it, and a sign where one is put on it.
 */

/** @import { Drawn } from "../frames.js" */
/** @import { Entry } from "../thread.js" */

import { part, stamp } from "../dom.js";
import { isMode, MODES, reason } from "./modes.js";
import { SIGNS } from "./signs.js";

const KINDS = { entry: "your journal", message: "what you said", goal: "your goals", step: "your goals" };

export class MessageActions extends HTMLElement {
  #message = "";

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
  show({ id, role, last, sign, kept, mode = "", why = "", drewOn = [] }) {
    this.#message = id;
    const mine = role === "member";
    part(this, "edit", HTMLElement).hidden = !mine;
    part(this, "again", HTMLElement).hidden = !last;
    part(this, "go-on", HTMLElement).hidden = !last;
    part(this, "signs", HTMLElement).hidden = mine;
    const remember = part(this, "remember", HTMLButtonElement);
    remember.disabled = Boolean(kept);
    remember.textContent = kept ? "Remembered" : "Remember this";
    for (const button of part(this, "signs", HTMLElement).querySelectorAll("button")) {
      button.ariaPressed = String(button.value === sign);
    }
    const spoke = isMode(mode) ? MODES[/** @type {import("./modes.js").Mode} */ (mode)].title : "";
    part(this, "manner", HTMLElement).textContent = spoke ? `${spoke}. ${reason(why)}` : "";
    part(this, "reasons", HTMLElement).hidden = mine;
    part(this, "nothing", HTMLElement).hidden = drewOn.length > 0;
    part(this, "sources", HTMLElement).replaceChildren(...drewOn.map(source));
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

/** @param {Drawn} drawn */
function source({ record, kind, day }) {
  const [item, link] = [document.createElement("li"), document.createElement("a")];
  const date = new Date(`${day}T12:00`).toLocaleDateString([], { dateStyle: "long" });
  const where = KINDS[/** @type {keyof typeof KINDS} */ (kind)] ?? "what you told";
  link.textContent = `From ${where}, ${date}`;
  link.href = kind === "entry" ? `#journal/${record}` : kind === "goal" || kind === "step" ? "#goals" : "#talk";
  item.append(link);
  return item;
}

customElements.define("fs-message-actions", MessageActions);
