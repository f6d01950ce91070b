/**
 * Which mode speaks and why; one tap goes back, another shows all of them.
 * Dispatches `choose`, whose detail is a mode or null, and `back`.
 */

/** @import { Mode } from "./modes.js" */

import { part, stamp } from "../dom.js";
import { canBeDeclined, GROWN_UP, isMode, MODES, reason } from "./modes.js";

/**
 * @typedef {object} Speaking
 * @property {string} mode of the newest answer; empty before the first
 * @property {string} why
 * @property {string} before the mode that spoke before it
 * @property {Mode | null} chosen by the member
 * @property {boolean} goesBack whether the member took the change to this mode back
 * @property {boolean} isAside whether the box itself spoke last
 * @property {boolean} child
 */

export class ModeChip extends HTMLElement {
  #shown = "";

  connectedCallback() {
    this.replaceChildren(stamp("mode-chip"));
    this.#button("current").addEventListener("click", () => this.#open(this.#list.hidden === true));
    this.#button("back").addEventListener("click", () => this.dispatchEvent(new Event("back")));
  }

  /** @param {Speaking} speaking */
  show(speaking) {
    const shown = JSON.stringify(speaking);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { before, chosen, child } = speaking;
    const speaks = speaksNext(speaking);
    this.#button("current").textContent = isMode(speaks) ? MODES[speaks].title : "Any manner";
    part(this, "why", HTMLElement).textContent = because(speaking);
    const back = this.#button("back");
    back.hidden = !goesBackTo(speaking);
    if (isMode(before)) back.textContent = `Back to ${MODES[before].title}`;
    this.#offer(chosen, child);
  }

  /**
   * @param {Mode | null} chosen
   * @param {boolean} child
   */
  #offer(chosen, child) {
    const names = /** @type {Mode[]} */ (Object.keys(MODES).filter((name) => !child || !GROWN_UP.has(name)));
    const choices = names.map((name) => this.#choice(name, MODES[name].title, MODES[name].line, chosen));
    this.#list.replaceChildren(...choices, this.#choice(null, "Whatever fits", "I choose as we talk.", chosen));
  }

  /**
   * @param {Mode | null} mode
   * @param {string} title
   * @param {string} line
   * @param {Mode | null} chosen
   */
  #choice(mode, title, line, chosen) {
    const button = document.createElement("button");
    const [strong, words] = [document.createElement("strong"), document.createElement("span")];
    strong.textContent = title;
    words.textContent = line;
    button.append(strong, " ", words);
    button.ariaPressed = String(mode === chosen);
    button.addEventListener("click", () => {
      this.#open(false);
      this.#button("current").focus();
      this.dispatchEvent(new CustomEvent("choose", { detail: mode }));
    });
    return button;
  }

  /** @param {boolean} opening */
  #open(opening) {
    this.#list.hidden = !opening;
    this.#button("current").ariaExpanded = String(opening);
  }

  get #list() {
    return part(this, "list", HTMLElement);
  }

  /** @param {string} name */
  #button(name) {
    return part(this, name, HTMLButtonElement);
  }
}

/**
 * @param {Speaking} speaking
 * @returns {string} empty where the box chooses anew
 */
function speaksNext(speaking) {
  const { mode, before, chosen, goesBack } = speaking;
  if (chosen || isLetGo(speaking)) return chosen ?? "";
  return goesBack ? before : mode;
}

/** @param {Speaking} speaking */
function because(speaking) {
  const { why, chosen, goesBack, isAside } = speaking;
  if (isAside) return "The box itself answered.";
  if (chosen) return reason("chosen");
  return goesBack || isLetGo(speaking) ? "From your next message on." : reason(why);
}

/**
 * Whether the member chose the mode that spoke last, and has left the choice to the box since.
 * @param {Speaking} speaking
 */
function isLetGo({ why, chosen }) {
  return !chosen && why === "chosen";
}

/** @param {Speaking} speaking */
function goesBackTo({ why, before, chosen, goesBack, isAside }) {
  return !chosen && !goesBack && !isAside && isMode(before) && canBeDeclined(why);
}

customElements.define("fs-mode", ModeChip);
