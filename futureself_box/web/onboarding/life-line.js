/** One line of an imagined life, which the member can put right. Event `correct` with the new words. */

import { part, stamp } from "../dom.js";

/** @typedef {{ text: string, by?: string, year?: number, age?: number, taught?: string }} Line */

export class LifeLine extends HTMLElement {
  #line;

  /** @param {Line} line */
  constructor(line) {
    super();
    this.#line = line;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("life-line"));
    const { text, taught = "", year, age, by } = this.#line;
    const when = year ? `${year}${age === undefined ? "" : `, at ${age}`}` : "";
    part(this, "when", HTMLElement).textContent = when;
    part(this, "text", HTMLElement).textContent = text;
    part(this, "taught", HTMLElement).textContent = taught;
    part(this, "mine", HTMLElement).hidden = by !== "member";
    const begin = part(this, "begin", HTMLButtonElement);
    begin.ariaLabel = `Correct: ${text}`;
    const form = part(this, "form", HTMLFormElement);
    const open = (/** @type {boolean} */ is) => {
      form.hidden = !is;
      begin.hidden = is;
    };
    begin.addEventListener("click", () => {
      part(this, "new-text", HTMLTextAreaElement).value = text;
      part(this, "new-taught", HTMLTextAreaElement).value = taught;
      part(this, "taught-field", HTMLElement).hidden = !taught;
      open(true);
      part(this, "new-text", HTMLTextAreaElement).focus();
    });
    part(this, "close", HTMLButtonElement).addEventListener("click", () => {
      open(false);
      begin.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#correct();
    });
  }

  #correct() {
    const [text, taught] = ["new-text", "new-taught"].map((name) =>
      part(this, name, HTMLTextAreaElement).value.trim(),
    );
    if (!text) return part(this, "new-text", HTMLTextAreaElement).focus();
    /** @type {Line} */
    const detail = { ...this.#line, text, by: "member", ...(this.#line.taught && { taught }) };
    this.dispatchEvent(new CustomEvent("correct", { detail }));
  }
}

customElements.define("fs-life-line", LifeLine);
