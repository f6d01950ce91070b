/** The place to change a goal. What is typed is kept until it is saved. */

/** @import { Api } from "../api.js" */
/** @import { Shown } from "../records/replica.js" */
/** @import { GoalBody } from "./goals.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { fieldsOf, fillFields } from "../drafts.js";
import { keep, read } from "../kept.js";
import { VersionList } from "../records/version-list.js";
import { inWords } from "./goals.js";

/**
 * Events: `save`, whose detail is the body; `discard`; `restored` where the box shows an earlier
 * version again; `close`.
 * @typedef {{ goal: string, fields: Record<string, string> }} GoalDraft
 */
export class GoalEditor extends HTMLElement {
  /** @type {Shown | null} */
  #shown = null;

  connectedCallback() {
    this.replaceChildren(stamp("goal-editor"));
    const form = this.#form;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    form.addEventListener("input", () => this.#keepDraft());
    part(this, "close", HTMLButtonElement).addEventListener("click", () => this.#tell("close"));
    const words = {
      label: "To the trash",
      question: "Put this goal in the trash, with its steps?",
      ...{ yes: "To the trash", no: "Keep it" },
    };
    const button = new ConfirmButton(words, async () => this.#tell("discard"));
    part(this, "discard", HTMLElement).append(button);
  }

  /** @param {Api} api */
  begin(api) {
    const versions = part(this, "versions", VersionList);
    versions.begin(api, { words: inWords, isChanged: () => GoalEditor.interrupted !== null });
    versions.addEventListener("change", () => this.#tell("restored"));
  }

  /** The goal that a killed tab was changing, if there is one. */
  static get interrupted() {
    return read("goal-draft", /** @type {GoalDraft | null} */ (null))?.goal ?? null;
  }

  /** @param {Shown} shown */
  open(shown) {
    this.#shown = shown;
    const draft = read("goal-draft", /** @type {GoalDraft | null} */ (null));
    const { title, why = "", area = "other", due = "", state = "active" } = shown.head.body;
    const saved = { title, why, area, due, state };
    fillFields(this.#form, draft?.goal === shown.id ? draft.fields : saved);
    part(this, "versions", VersionList).of(shown);
    this.fail("");
    this.hidden = false;
    part(this, "title", HTMLInputElement).focus();
  }

  /** @param {string} sentence why it was not saved */
  fail(sentence) {
    part(this, "error", HTMLElement).textContent = sentence;
  }

  /** It is saved: nothing of it is left here. */
  done() {
    keep("goal-draft", null);
    this.hidden = true;
    this.#shown = null;
  }

  #save() {
    if (!this.#shown) return;
    const { why: _, due: __, ...rest } = this.#shown.head.body;
    const { title, why, due, ...chosen } = fieldsOf(this.#form);
    if (!title.trim()) return part(this, "title", HTMLInputElement).focus();
    const given = { ...(why.trim() && { why: why.trim() }), ...(due && { due }) };
    this.#tell("save", { ...rest, ...chosen, title: title.trim(), ...given });
  }

  #keepDraft() {
    if (this.#shown) keep("goal-draft", { goal: this.#shown.id, fields: fieldsOf(this.#form) });
  }

  get #form() {
    return part(this, "form", HTMLFormElement);
  }

  /**
   * @param {string} type
   * @param {GoalBody} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define("fs-goal-editor", GoalEditor);
