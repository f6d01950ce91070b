/**
 * One conversation in the list: opened, renamed or put in the trash. The first one has no record and
 * is only opened. Dispatches `open`, whose detail is the record or null, and `gone`.
 */

/** @import { Replica, Shown } from "../records/replica.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { save } from "../records/saving.js";
import { throwAway, titleOf } from "./threads.js";

export class ThreadRow extends HTMLElement {
  #replica;
  /** @type {Shown | null} */
  #shown = null;
  #isCurrent = false;

  /** @param {Replica} replica */
  constructor(replica) {
    super();
    this.#replica = replica;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.role = "listitem";
    this.replaceChildren(stamp("thread-row"));
    part(this, "open", HTMLButtonElement).addEventListener("click", () => this.#tell(this.#shown));
    part(this, "rename", HTMLButtonElement).addEventListener("click", () => this.#ask(true));
    part(this, "close", HTMLButtonElement).addEventListener("click", () => this.#ask(false));
    const form = part(this, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#rename(part(form, "title", HTMLInputElement).value.trim());
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#ask(false);
    });
  }

  /**
   * @param {Shown | null} shown
   * @param {boolean} isCurrent
   */
  show(shown, isCurrent) {
    const title = titleOf(shown);
    const isNew = this.#shown?.head.body.title !== shown?.head.body.title;
    this.#shown = shown;
    this.#isCurrent = isCurrent;
    const open = part(this, "open", HTMLButtonElement);
    open.textContent = title;
    if (isCurrent) open.setAttribute("aria-current", "true");
    else open.removeAttribute("aria-current");
    part(this, "deeds", HTMLElement).hidden = !shown;
    if (!shown || !isNew) return;
    part(this, "rename", HTMLButtonElement).ariaLabel = `Rename: ${title}`;
    part(this, "discard", HTMLElement).replaceChildren(this.#discard(title));
  }

  /** @param {string} title */
  #discard(title) {
    const words = { label: "To the trash", question: `Put “${title}” and its words in the trash?` };
    return new ConfirmButton({ ...words, yes: "To the trash", no: "Keep it" }, async () => {
      const problem = this.#shown ? await throwAway(this.#replica, this.#shown) : "";
      part(this, "unsaved", HTMLElement).textContent = problem;
      if (problem) return;
      if (this.#isCurrent) this.#tell(null);
      else this.dispatchEvent(new Event("gone"));
    });
  }

  /** @param {boolean} asking */
  #ask(asking) {
    const form = part(this, "form", HTMLFormElement);
    const field = part(form, "title", HTMLInputElement);
    form.hidden = !asking;
    field.value = titleOf(this.#shown);
    (asking ? field : part(this, "rename", HTMLButtonElement)).focus();
  }

  /** @param {string} title */
  async #rename(title) {
    if (!this.#shown || !title) return;
    const body = { ...this.#shown.head.body, title };
    const problem = await save(this.#replica, { record: this.#shown.id, kind: "thread", body });
    part(this, "unsaved", HTMLElement).textContent = problem;
    if (!problem) this.#ask(false);
  }

  /** @param {Shown | null} thread */
  #tell(thread) {
    this.dispatchEvent(new CustomEvent("open", { detail: thread?.id ?? null }));
  }
}

customElements.define("fs-thread-row", ThreadRow);
