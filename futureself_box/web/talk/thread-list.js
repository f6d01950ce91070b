/**
 * The conversations: the first one and those beside it, found by their titles and words.
 * Dispatches `open`, whose detail is a conversation's record or null for the first one.
 */

/** @import { Replica, Shown } from "../records/replica.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { save } from "../records/saving.js";
import { uuid7 } from "../uuid.js";
import { matches, throwAway } from "./threads.js";

const FIRST = "Our first conversation";

export class ThreadList extends HTMLElement {
  /** @type {Replica | null} */
  #replica = null;
  /** @type {string | null} */
  #open = null;

  connectedCallback() {
    this.replaceChildren(stamp("threads"));
    part(this, "search", HTMLInputElement).addEventListener("input", () => this.#draw());
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
  }

  /**
   * @param {Replica} replica
   * @param {string | null} open
   */
  show(replica, open) {
    this.#replica = replica;
    this.#open = open;
    if (!this.hidden) this.#draw();
  }

  #draw() {
    const replica = this.#replica;
    if (!replica || this.querySelector("li form:not([hidden])")) return;
    const asked = part(this, "search", HTMLInputElement).value;
    const threads = replica.shown("thread").sort((a, b) => (a.head.clock < b.head.clock ? 1 : -1));
    const rows = [{ id: null, title: FIRST, shown: null }, ...threads.map(row)];
    const fitting = rows.filter(({ id, title }) => matches(replica, id, title, asked));
    part(this, "list", HTMLElement).replaceChildren(...fitting.map((one) => this.#row(one)));
    part(this, "none", HTMLElement).hidden = fitting.length > 0;
  }

  /** @param {{ id: string | null, title: string, shown: Shown | null }} row */
  #row({ id, title, shown }) {
    const item = document.createElement("li");
    item.append(stamp("thread-row"));
    const open = part(item, "open", HTMLButtonElement);
    open.textContent = title;
    if (id === this.#open) open.setAttribute("aria-current", "true");
    open.addEventListener("click", () => this.#tell(id));
    const rename = part(item, "rename", HTMLButtonElement);
    const form = part(item, "form", HTMLFormElement);
    rename.hidden = !shown;
    rename.ariaLabel = `Rename: ${title}`;
    rename.addEventListener("click", () => {
      form.hidden = false;
      const field = part(form, "title", HTMLInputElement);
      field.value = title;
      field.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#rename(shown, part(form, "title", HTMLInputElement).value.trim(), form);
    });
    if (shown) part(item, "discard", HTMLElement).append(this.#discard(shown, title));
    return item;
  }

  /**
   * @param {Shown} shown
   * @param {string} title
   */
  #discard(shown, title) {
    const words = { label: "To the trash", question: `Put “${title}” and its words in the trash?` };
    return new ConfirmButton({ ...words, yes: "To the trash", no: "Keep it" }, async () => {
      if (this.#replica) await throwAway(this.#replica, shown);
      this.#tell(null);
    });
  }

  async #begin() {
    const field = part(this, "new", HTMLInputElement);
    const title = field.value.trim();
    if (!title || !this.#replica) return;
    const record = uuid7();
    const problem = await save(this.#replica, { record, kind: "thread", body: { title } });
    part(this, "unsaved", HTMLElement).textContent = problem;
    if (problem) return;
    field.value = "";
    this.#tell(record);
  }

  /**
   * @param {Shown | null} shown
   * @param {string} title
   * @param {HTMLFormElement} form
   */
  async #rename(shown, title, form) {
    if (!shown || !title || !this.#replica) return;
    const body = { ...shown.head.body, title };
    const problem = await save(this.#replica, { record: shown.id, kind: "thread", body });
    part(this, "unsaved", HTMLElement).textContent = problem;
    form.hidden = true;
    this.#draw();
  }

  /** @param {string | null} thread */
  #tell(thread) {
    this.dispatchEvent(new CustomEvent("open", { detail: thread }));
  }
}

/** @param {Shown} shown */
function row(shown) {
  return { id: shown.id, title: /** @type {string} */ (shown.head.body.title), shown };
}

customElements.define("fs-threads", ThreadList);
