/** The place to write: an entry's words, mood and tags. What is typed is kept until it is saved. */

/** @import { Api } from "../api.js" */
/** @import { Carrier } from "../attachments/carrier.js" */
/** @import { Link } from "../attachments/files.js" */
/** @import { Shown } from "../records/replica.js" */
/** @import { EntryBody } from "./entries.js" */

import { AttachmentField } from "../attachments/attachment-list.js";
import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { keep, read } from "../kept.js";
import { VersionList } from "../records/version-list.js";
import { inWords, readTags } from "./entries.js";
import { MoodField } from "./mood-field.js";

/**
 * Events: `save`, whose detail is the body; `discard`; `restored` where the box shows an earlier
 * version again; `close`.
 * @typedef {{ entry: string, text: string, mood: number | null, tags: string,
 *   attachments?: Link[] }} Draft
 */
export class EntryEditor extends HTMLElement {
  /** @type {Shown | null} */
  #shown = null;

  connectedCallback() {
    this.replaceChildren(stamp("entry-editor"));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.addEventListener("input", () => this.#keepDraft());
    this.addEventListener("change", () => this.#keepDraft());
    part(this, "close", HTMLButtonElement).addEventListener("click", () => this.#close());
    const words = {
      label: "To the trash",
      question: "Put this entry in the trash?",
      ...{ yes: "To the trash", no: "Keep it" },
    };
    part(this, "discard", HTMLElement).append(
      new ConfirmButton(words, async () => this.#tell("discard")),
    );
  }

  /**
   * @param {Api} api
   * @param {Carrier} carrier
   */
  begin(api, carrier) {
    part(this, "files", AttachmentField).begin(carrier);
    const versions = part(this, "versions", VersionList);
    const isChanged = () => EntryEditor.interrupted !== null;
    versions.begin(api, { words: inWords, isChanged });
    versions.addEventListener("change", () => this.#tell("restored"));
  }

  /** @param {Shown} shown */
  open(shown) {
    this.#shown = shown;
    const { text, mood = null, tags = [], attachments } = shown.head.body;
    const saved = { entry: shown.id, text, mood, tags: tags.join(", "), attachments };
    this.#fill(draftOf(shown.id) ?? saved);
    part(this, "versions", VersionList).of(shown);
    this.hidden = false;
    this.closest("fs-journal")?.scrollTo(0, 0);
    this.#text.focus({ preventScroll: true });
  }

  /** What a killed tab was writing, if there is something. */
  static get interrupted() {
    return read("entry-draft", /** @type {Draft | null} */ (null));
  }

  /** @param {string} sentence why it was not saved */
  fail(sentence) {
    part(this, "error", HTMLElement).textContent = sentence;
  }

  /** It is saved: nothing of it is left here. */
  done() {
    keep("entry-draft", null);
    this.hidden = true;
    this.#shown = null;
  }

  /** @param {Draft} draft */
  #fill({ text, mood, tags, attachments = [] }) {
    this.#text.value = text;
    part(this, "mood", MoodField).value = mood;
    part(this, "tags", HTMLInputElement).value = tags;
    part(this, "files", AttachmentField).value = attachments;
    this.fail("");
  }

  #save() {
    if (!this.#shown) return;
    const { mood: _, tags: __, attachments: ___, ...rest } = this.#shown.head.body;
    const mood = part(this, "mood", MoodField).value;
    const tags = readTags(part(this, "tags", HTMLInputElement).value);
    const attachments = part(this, "files", AttachmentField).value;
    this.#tell("save", {
      ...rest,
      text: this.#text.value,
      ...(mood && { mood }),
      ...(tags.length && { tags }),
      ...(attachments.length && { attachments }),
    });
  }

  #close() {
    this.done();
    this.#tell("close");
  }

  #keepDraft() {
    if (!this.#shown) return;
    const tags = part(this, "tags", HTMLInputElement).value;
    const mood = part(this, "mood", MoodField).value;
    const attachments = part(this, "files", AttachmentField).value;
    keep("entry-draft", { entry: this.#shown.id, text: this.#text.value, mood, tags, attachments });
  }

  get #text() {
    return part(this, "text", HTMLTextAreaElement);
  }

  /**
   * @param {string} type
   * @param {EntryBody} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {string} id */
function draftOf(id) {
  const draft = EntryEditor.interrupted;
  return draft?.entry === id ? draft : null;
}

customElements.define("fs-entry-editor", EntryEditor);
