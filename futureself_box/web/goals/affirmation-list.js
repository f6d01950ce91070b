/** Sentences to come back to: one of them stands above the journal each day. */

/** @import { Replica, Shown } from "../records/replica.js" */

import { arrange, part, stamp } from "../dom.js";
import { dropFields, keepFields } from "../drafts.js";
import { save } from "../records/saving.js";
import { AffirmationRow } from "./affirmation-row.js";
import { asMade } from "./goals.js";

const DRAFT = "affirmation-draft";

export class AffirmationList extends HTMLElement {
  /** @type {Replica | null} */
  #replica = null;
  /** @type {Map<string, AffirmationRow>} */
  #rows = new Map();

  connectedCallback() {
    this.replaceChildren(stamp("affirmations"));
  }

  /** @param {Replica} replica */
  begin(replica) {
    this.#replica = replica;
    const form = part(this, "form", HTMLFormElement);
    keepFields(form, DRAFT);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const input = part(this, "new", HTMLInputElement);
      const text = input.value.trim();
      if (!text) return input.focus();
      const problem = await save(replica, { kind: "affirmation", body: { text } });
      part(this, "unsaved", HTMLElement).textContent = problem;
      if (!problem) dropFields(form, DRAFT);
    });
  }

  /** @param {Shown[]} affirmations */
  show(affirmations) {
    const shown = asMade(affirmations);
    const rows = shown.map((one) => this.#row(one));
    arrange(part(this, "list", HTMLElement), rows);
    for (const [index, one] of shown.entries()) rows[index].show(one);
    part(this, "empty", HTMLElement).hidden = shown.length > 0;
  }

  /** @param {Shown} shown */
  #row({ id }) {
    if (!this.#replica) throw new TypeError("not begun");
    const row = this.#rows.get(id) ?? new AffirmationRow(this.#replica);
    this.#rows.set(id, row);
    row.dataset["record"] = id;
    return row;
  }
}

customElements.define("fs-affirmations", AffirmationList);
