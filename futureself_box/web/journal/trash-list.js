/**
 * What is in the trash: it can be brought back, or erased for ever with every version. The words of
 * what was put there are on the box only, so that is where they are read from.
 */

/** @import { Api, RecordShown } from "../api.js" */

import { Problem } from "../api.js";
import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { inWords as letterInWords } from "../letters/letters.js";
import { MOODS } from "./entries.js";

const ERASE = {
  label: "Erase",
  question: "Erase this for ever, with every version?",
  yes: "Erase",
  no: "Keep it",
};

/** Event `change`: something came back, or is gone for good. */
export class TrashList extends HTMLElement {
  /** @type {Api | null} */
  #api = null;
  /** @type {string[]} */
  #kinds = [];

  connectedCallback() {
    this.replaceChildren(stamp("trash"));
    const details = part(this, "details", HTMLDetailsElement);
    details.addEventListener("toggle", () => details.open && this.#load());
  }

  /**
   * @param {Api} api
   * @param {string[]} kinds
   */
  begin(api, kinds) {
    this.#api = api;
    this.#kinds = kinds;
  }

  async #load() {
    try {
      const { items = [] } = (await this.#api?.trash()) ?? {};
      const found = items.filter(({ kind }) => this.#kinds.includes(kind));
      part(this, "list", HTMLElement).replaceChildren(...found.map((item) => this.#row(item)));
      part(this, "status", HTMLElement).textContent = found.length ? "" : "The trash is empty.";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, "status", HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
  }

  /** @param {RecordShown} item */
  #row({ id, revision, kind, body }) {
    const row = document.createElement("li");
    row.append(stamp("trashed"));
    part(row, "text", HTMLElement).textContent = inWords(kind, body ?? {});
    const restore = part(row, "restore", HTMLButtonElement);
    restore.addEventListener("click", () => this.#do(() => this.#api?.restore(id, revision)));
    const erase = new ConfirmButton(ERASE, () => this.#do(() => this.#api?.purge(id)));
    part(row, "erase", HTMLElement).append(erase);
    return row;
  }

  /** @param {() => Promise<unknown> | undefined} act */
  async #do(act) {
    try {
      await act();
      this.dispatchEvent(new Event("change"));
      await this.#load();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, "status", HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

const NOUNS = new Map([
  ["goal", "Goal"],
  ["step", "Step"],
  ["affirmation", "Affirmation"],
  ["check_in", "Check-in"],
]);

/**
 * @param {string} kind
 * @param {any} body
 */
function inWords(kind, body) {
  if (kind === "letter") return letterInWords(body);
  const { text, title, mood, note } = body;
  const words = text ?? title ?? [MOODS[mood - 1], note].filter(Boolean).join(" · ");
  const noun = NOUNS.get(kind);
  return noun ? `${noun}: ${words}` : words;
}

customElements.define("fs-trash", TrashList);
