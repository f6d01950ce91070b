/**
 * The conversations: the first one and those beside it, found by their titles and words.
 * Dispatches `open`, whose detail is a conversation's record or null for the first one.
 */

/** @import { Replica, Shown } from "../records/replica.js" */

import { arrange, part, stamp } from "../dom.js";
import { save } from "../records/saving.js";
import { uuid7 } from "../uuid.js";
import { ThreadRow } from "./thread-row.js";
import { having } from "./threads.js";

export class ThreadList extends HTMLElement {
  /** @type {Replica | null} */
  #replica = null;
  /** @type {Map<string, ThreadRow>} */
  #rows = new Map();
  /** @type {string | null} */
  #current = null;

  connectedCallback() {
    this.replaceChildren(stamp("threads"));
    part(this, "search", HTMLInputElement).addEventListener("input", () => this.#draw());
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
  }

  /** @param {Replica} replica */
  begin(replica) {
    this.#replica = replica;
    replica.addEventListener("change", () => {
      if (!this.hidden) this.#draw();
    });
  }

  /** @param {string | null} current the conversation that is shown now */
  open(current) {
    this.#current = current;
    this.hidden = false;
    this.#draw();
    part(this, "search", HTMLInputElement).focus();
  }

  #draw() {
    const replica = this.#replica;
    if (!replica) return;
    const asked = part(this, "search", HTMLInputElement).value;
    const fitting = having(replica, asked);
    arrange(
      part(this, "list", HTMLElement),
      fitting.map((shown) => this.#row(replica, shown)),
    );
    part(this, "none", HTMLElement).hidden = fitting.length > 0;
  }

  /**
   * @param {Replica} replica
   * @param {Shown | null} shown
   */
  #row(replica, shown) {
    const id = shown?.id ?? null;
    const row = this.#rows.get(id ?? "") ?? this.#newRow(replica);
    this.#rows.set(id ?? "", row);
    if (!row.isConnected) part(this, "list", HTMLElement).append(row);
    row.show(shown, id === this.#current);
    return row;
  }

  /** @param {Replica} replica */
  #newRow(replica) {
    const row = new ThreadRow(replica);
    // Heard at the row: one that was put in the trash is no longer in the list when it says so.
    row.addEventListener("open", (event) => {
      this.#tell(/** @type {CustomEvent<string | null>} */ (event).detail);
    });
    row.addEventListener("gone", () => part(this, "search", HTMLInputElement).focus());
    return row;
  }

  async #begin() {
    const field = part(this, "new", HTMLInputElement);
    const title = field.value.trim();
    if (!title) return field.focus();
    if (!this.#replica) return;
    const record = uuid7();
    const problem = await save(this.#replica, { record, kind: "thread", body: { title } });
    part(this, "unsaved", HTMLElement).textContent = problem;
    if (problem) return;
    field.value = "";
    this.#tell(record);
  }

  /** @param {string | null} thread */
  #tell(thread) {
    this.dispatchEvent(new CustomEvent("open", { detail: thread }));
  }
}

customElements.define("fs-threads", ThreadList);
