/** One entry in the list: its words, mood and tags, where it lies, and versions that crossed it. */

/** @import { Revision } from "../records/heads.js" */
/** @import { Shown } from "../records/replica.js" */

import { part, stamp } from "../dom.js";
import { timeOfDay } from "../words.js";
import { MOODS } from "./entries.js";

/** Events: `edit`; `keep-both` and `keep-other`, whose detail is the revision that crossed. */
export class EntryCard extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("entry"));
    part(this, "edit", HTMLButtonElement).addEventListener("click", () => this.#tell("edit"));
  }

  /** @param {Shown} shown */
  show({ head, others }) {
    const { text, mood, tags = [], written_at } = head.body;
    part(this, "text", HTMLElement).textContent = text;
    part(this, "mood", HTMLElement).textContent = mood ? MOODS[mood - 1] : "";
    part(this, "tags", HTMLElement).textContent = tags
      .map((/** @type {string} */ tag) => `#${tag}`)
      .join(" ");
    part(this, "time", HTMLElement).textContent = timeOfDay(Date.parse(written_at));
    part(this, "where", HTMLElement).textContent = whereabouts(head);
    part(this, "edit", HTMLButtonElement).ariaLabel = `Edit: ${text.slice(0, 40)}`;
    const crossed = others.map((other) => this.#crossed(other));
    part(this, "others", HTMLElement).replaceChildren(...crossed);
  }

  /** @param {Revision} other */
  #crossed(other) {
    const fragment = stamp("crossed");
    part(fragment, "text", HTMLElement).textContent = other.body.text;
    for (const name of ["keep-both", "keep-other", "keep-first"]) {
      const button = part(fragment, name, HTMLButtonElement);
      button.addEventListener("click", () => this.#tell(name, other));
    }
    return fragment;
  }

  /**
   * @param {string} type
   * @param {Revision} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * Where an entry lies: said from what the box has acknowledged, and from nothing else.
 * @param {Revision} revision
 */
export function whereabouts({ acknowledged, problem }) {
  if (problem) return `On this phone. ${problem}`;
  return acknowledged ? "On the box" : "On this phone";
}

customElements.define("fs-entry", EntryCard);
