/**
 * What is in the trash: it can be brought back, or erased for ever with every version. The words of
 * what was put there are on the box only, so that is where they are read from.
 */

/** @import { Api, RecordShown } from "../api.js" */

import { Problem } from "../api.js";
import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { KIND } from "./entries.js";

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

  connectedCallback() {
    this.replaceChildren(stamp("trash"));
    const details = part(this, "details", HTMLDetailsElement);
    details.addEventListener("toggle", () => details.open && this.#load());
  }

  /** @param {Api} api */
  begin(api) {
    this.#api = api;
  }

  async #load() {
    try {
      const { items = [] } = (await this.#api?.trash()) ?? {};
      const entries = items.filter(({ kind }) => kind === KIND);
      part(this, "list", HTMLElement).replaceChildren(...entries.map((item) => this.#row(item)));
      part(this, "status", HTMLElement).textContent = entries.length ? "" : "The trash is empty.";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, "status", HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
  }

  /** @param {RecordShown} item */
  #row({ id, revision, body }) {
    const row = document.createElement("li");
    row.append(stamp("trashed"));
    part(row, "text", HTMLElement).textContent = body?.text ?? "";
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

customElements.define("fs-trash", TrashList);
