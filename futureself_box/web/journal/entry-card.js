/** One entry in the list: its words, mood and tags, where it lies, and versions that crossed it. */

/** @import { Carrier } from "../attachments/carrier.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Heard } from "../care/heard.js" */
/** @import { EntryBody } from "./entries.js" */

import { CareNote } from "../care/care-note.js";
import { AttachmentList } from "../attachments/attachment-list.js";
import { part, stamp } from "../dom.js";
import { crossings } from "../records/crossing.js";
import { timeOfDay } from "../words.js";
import { MOODS } from "./entries.js";

/** Events: `edit`; `problem`, whose detail says why a choice was not kept, or is empty. */
export class EntryCard extends HTMLElement {
  #replica;
  #carrier;

  /**
   * @param {Replica} replica
   * @param {Carrier} carrier
   */
  constructor(replica, carrier) {
    super();
    this.#replica = replica;
    this.#carrier = carrier;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("entry"));
    part(this, "edit", HTMLButtonElement).addEventListener("click", () => {
      this.dispatchEvent(new Event("edit"));
    });
  }

  /**
   * @param {Shown} shown
   * @param {Heard} [heard] what was heard in it
   */
  show(shown, heard) {
    const { head } = shown;
    const { text, mood, tags = [], attachments = [], written_at } = head.body;
    part(this, "text", HTMLElement).textContent = text;
    part(this, "mood", HTMLElement).textContent = mood ? MOODS[mood - 1] : "";
    part(this, "tags", HTMLElement).textContent = tags
      .map((/** @type {string} */ tag) => `#${tag}`)
      .join(" ");
    part(this, "time", HTMLElement).textContent = timeOfDay(Date.parse(written_at));
    part(this, "where", HTMLElement).textContent = this.#carrier.whereabouts(head);
    part(this, "files", AttachmentList).show(this.#carrier, attachments);
    part(this, "edit", HTMLButtonElement).ariaLabel = `Edit: ${text.slice(0, 40)}`;
    const how = {
      noun: "entry",
      words: (/** @type {EntryBody} */ body) => body.text,
      tell: (/** @type {string} */ detail) => {
        this.dispatchEvent(new CustomEvent("problem", { detail }));
      },
    };
    part(this, "care", CareNote).stand(this.#replica, heard);
    part(this, "others", HTMLElement).replaceChildren(...crossings(this.#replica, shown, how));
  }
}

customElements.define("fs-entry", EntryCard);
