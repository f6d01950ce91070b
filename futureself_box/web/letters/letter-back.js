/** A letter back: who wrote it, and what of the member's own words it was given. */

/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { LetterBody } from "./letters.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { discard, whereabouts } from "../records/saving.js";
import { CARE, helpFor } from "../talk/care.js";
import { HelpInline } from "../talk/help-inline.js";
import { line, source } from "../talk/sources.js";
import { dayOf } from "./letters.js";

/** Event `problem` (it bubbles): its detail says why something was not done. */
export class LetterBack extends HTMLElement {
  #replica;
  #child;
  #shown;

  /**
   * @param {Replica} replica
   * @param {Shown} shown
   * @param {boolean} child whether the member is one
   */
  constructor(replica, shown, child) {
    super();
    this.#replica = replica;
    this.#child = child;
    this.#shown = shown;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("letter-back"));
    const { text, written_at, by, mode, why, drew_on = [] } = /** @type {LetterBody} */ (this.#shown.head.body);
    const isBox = mode === CARE;
    this.classList.toggle("aside", isBox);
    part(this, "who", HTMLElement).textContent = voice(by, isBox);
    part(this, "text", HTMLElement).textContent = text;
    part(this, "day", HTMLElement).textContent = dayOf(written_at);
    part(this, "mark", HTMLElement).hidden = by !== "future_self" || isBox;
    const sources = drew_on.map((drawn) => line(source(this.#replica, drawn)));
    part(this, "sources", HTMLElement).replaceChildren(...sources);
    if (isBox) part(this, "text", HTMLElement).after(new HelpInline(helpFor({ mode, why }, this.#child)));
    part(this, "discard", HTMLElement).append(this.#discard());
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    part(this, "where", HTMLElement).textContent = whereabouts(shown.head);
  }

  #discard() {
    const words = { label: "To the trash", question: "Put this letter back in the trash?" };
    return new ConfirmButton({ ...words, yes: "To the trash", no: "Keep it" }, async () => {
      const detail = await discard(this.#replica, this.#shown);
      this.dispatchEvent(new CustomEvent("problem", { detail, bubbles: true }));
    });
  }
}

/**
 * @param {LetterBody["by"]} by
 * @param {boolean} isBox
 */
function voice(by, isBox) {
  if (isBox) return "The box answers";
  return by === "future_self" ? "Your future self answers" : "You answer, in its place";
}

customElements.define("fs-letter-back", LetterBack);
