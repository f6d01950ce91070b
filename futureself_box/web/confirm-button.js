/** A button for what can't be undone: it asks in its own place, not in a dialog. */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";

export class ConfirmButton extends HTMLElement {
  #words;
  #act;

  /**
   * @param {{ label: string, question: string, yes: string, no: string }} words
   * @param {() => Promise<unknown>} act
   */
  constructor(words, act) {
    super();
    this.#words = words;
    this.#act = act;
  }

  connectedCallback() {
    const { label, question, yes, no } = this.#words;
    this.replaceChildren(stamp("confirm"));
    this.#button("open").textContent = label;
    this.#button("yes").textContent = yes;
    this.#button("no").textContent = no;
    part(this, "words", HTMLElement).textContent = question;
    part(this, "question", HTMLElement).ariaLabel = question;
    this.#button("open").addEventListener("click", () => this.#ask(true));
    this.#button("no").addEventListener("click", () => this.#ask(false));
    this.#button("yes").addEventListener("click", () => this.#confirmed());
    this.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#ask(false);
    });
  }

  /** @param {boolean} asking */
  #ask(asking) {
    part(this, "question", HTMLElement).hidden = !asking;
    this.#button("open").hidden = asking;
    this.#button(asking ? "no" : "open").focus();
  }

  async #confirmed() {
    const error = part(this, "error", HTMLElement);
    this.#button("yes").disabled = true;
    try {
      error.textContent = "";
      await this.#act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
    } finally {
      this.#button("yes").disabled = false;
    }
  }

  /** @param {string} name */
  #button(name) {
    return part(this, name, HTMLButtonElement);
  }
}

customElements.define("fs-confirm", ConfirmButton);
