/** One affirmation: its words, where it lies, and behind "Change" its form, pause and trash. */

/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { AffirmationBody } from "./goals.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { crossings } from "../records/crossing.js";
import { discard, save, whereabouts } from "../records/saving.js";

export class AffirmationRow extends HTMLElement {
  #replica;
  /** @type {Shown | null} */
  #shown = null;

  /** @param {Replica} replica */
  constructor(replica) {
    super();
    this.#replica = replica;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.role = "listitem";
    this.replaceChildren(stamp("affirmation"));
    this.#button("change").addEventListener("click", () => this.#open(true));
    this.#button("close").addEventListener("click", () => this.#open(false));
    this.#button("pause").addEventListener("click", () => this.#pause());
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#rewrite();
    });
    const words = { label: "To the trash", question: "Put this affirmation in the trash?" };
    const act = async () => {
      if (this.#shown) this.#tell(await discard(this.#replica, this.#shown));
    };
    const button = new ConfirmButton({ ...words, yes: "To the trash", no: "Keep it" }, act);
    part(this, "discard", HTMLElement).append(button);
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    const { text, paused = false } = /** @type {AffirmationBody} */ (shown.head.body);
    part(this, "text", HTMLElement).textContent = text;
    part(this, "state", HTMLElement).textContent = paused ? "Paused" : "";
    part(this, "where", HTMLElement).textContent = whereabouts(shown.head);
    this.#button("change").ariaLabel = `Change: ${text.slice(0, 40)}`;
    this.#button("pause").textContent = paused ? "Show it again" : "Pause it";
    const how = {
      noun: "affirmation",
      words: (/** @type {AffirmationBody} */ body) => body.text,
      tell: (/** @type {string} */ problem) => this.#tell(problem),
    };
    const crossed = crossings(this.#replica, shown, how);
    part(this, "others", HTMLElement).replaceChildren(...crossed);
  }

  /** @param {boolean} opening */
  #open(opening) {
    const text = part(this, "new-text", HTMLTextAreaElement);
    part(this, "form", HTMLFormElement).hidden = !opening;
    this.#button("change").hidden = opening;
    text.value = this.#body.text;
    if (opening) text.focus();
    else this.#button("change").focus();
  }

  async #rewrite() {
    const text = part(this, "new-text", HTMLTextAreaElement).value.trim();
    if (text && (await this.#write({ ...this.#body, text }))) this.#open(false);
  }

  #pause() {
    const { paused = false, ...body } = this.#body;
    return this.#write(paused ? body : { ...body, paused: true });
  }

  /** @returns {AffirmationBody} */
  get #body() {
    return this.#shown?.head.body;
  }

  /** @param {AffirmationBody} body */
  async #write(body) {
    const change = { record: this.#shown?.id, kind: "affirmation", body };
    return this.#tell(await save(this.#replica, change));
  }

  /** @param {string} problem */
  #tell(problem) {
    part(this, "unsaved", HTMLElement).textContent = problem;
    return !problem;
  }

  /** @param {string} name */
  #button(name) {
    return part(this, name, HTMLButtonElement);
  }
}

customElements.define("fs-affirmation", AffirmationRow);
