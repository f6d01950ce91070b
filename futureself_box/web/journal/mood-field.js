/** One tap for a mood: five choices, and a second tap takes it back. */

import { MOODS } from "./entries.js";

let fields = 0;

/** Event `change`, as of any field. */
export class MoodField extends HTMLElement {
  /** @type {number | null} 1 to 5 */
  #value = null;

  connectedCallback() {
    if (this.childElementCount) return;
    const name = `mood-${(fields += 1)}`;
    this.role = "radiogroup";
    this.ariaLabel = "Mood";
    this.append(...MOODS.map((word, index) => this.#choice(name, word, index + 1)));
    this.#show();
  }

  get value() {
    return this.#value;
  }

  set value(mood) {
    this.#value = mood;
    this.#show();
  }

  /**
   * @param {string} name
   * @param {string} word
   * @param {number} mood
   */
  #choice(name, word, mood) {
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name, value: `${mood}` });
    input.addEventListener("click", () => this.#chosen(this.#value === mood ? null : mood));
    const label = document.createElement("label");
    label.append(input, word);
    return label;
  }

  /** @param {number | null} mood */
  #chosen(mood) {
    this.value = mood;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #show() {
    for (const input of this.querySelectorAll("input")) {
      input.checked = input.value === `${this.#value}`;
    }
  }
}

customElements.define("fs-mood", MoodField);
