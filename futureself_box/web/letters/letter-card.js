/**
 * One letter: sealed until its day, opened, and answered by the member or the future self.
 * Events, both bubble: `ask`, whose detail is the letter's record; `problem`, whose detail is a sentence.
 */

/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { LetterBody, State } from "./letters.js" */
/** @import { Standing } from "./orders.js" */

import { ConfirmButton } from "../confirm-button.js";
import { arrange, part, stamp } from "../dom.js";
import { dropFields, keepFields } from "../drafts.js";
import { localMoment } from "../journal/entries.js";
import { discard, save, whereabouts } from "../records/saving.js";
import { LetterBack } from "./letter-back.js";
import { dayOf, KIND, newAnswer, stateOf, today } from "./letters.js";

export class LetterCard extends HTMLElement {
  #replica;
  #child;
  /** @type {Shown} */
  #shown;
  /** @type {Shown[]} */
  #answers = [];
  /** @type {Map<string, LetterBack>} */
  #backs = new Map();

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
    this.role = "listitem";
    this.replaceChildren(stamp("letter"));
    this.#button("open").addEventListener("click", () => this.#open());
    this.#button("ask").addEventListener("click", () => this.#tell("ask", this.#shown.id));
    this.#button("write").addEventListener("click", () => this.#write(true));
    this.#button("close").addEventListener("click", () => this.#write(false));
    keepFields(this.#form, this.#draft);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer();
    });
    part(this, "early", HTMLElement).append(this.#opening());
    part(this, "discard", HTMLElement).append(this.#discarding());
  }

  /**
   * @param {Shown} shown
   * @param {Shown[]} answers
   * @param {Standing} standing what goes on for it
   */
  show(shown, answers, { words, busy }) {
    this.#shown = shown;
    this.#answers = answers;
    const state = stateOf(this.#body, today());
    const isOpen = state === "open";
    part(this, "title", HTMLElement).textContent = titleOf(this.#body, state);
    part(this, "day", HTMLElement).textContent = state === "sealed" ? awaits(this.#body) : "";
    part(this, "text", HTMLElement).textContent = isOpen ? this.#body.text : "";
    part(this, "where", HTMLElement).textContent = whereabouts(shown.head);
    part(this, "status", HTMLElement).textContent = words;
    this.#button("open").hidden = state !== "come";
    this.#button("ask").disabled = busy;
    part(this, "early", HTMLElement).hidden = state !== "sealed";
    // Who has not read the letter is not told what it is answered.
    for (const name of ["text", "backs", "answering"]) part(this, name, HTMLElement).hidden = !isOpen;
    arrange(part(this, "backs", HTMLElement), answers.map((answer) => this.#back(answer)));
    for (const answer of answers) this.#backs.get(answer.id)?.show(answer);
  }

  /** @param {Shown} answer */
  #back(answer) {
    const back = this.#backs.get(answer.id) ?? new LetterBack(this.#replica, answer, this.#child);
    this.#backs.set(answer.id, back);
    return back;
  }

  async #open() {
    const { id, others } = this.#shown;
    const body = { ...this.#body, opened_at: localMoment(new Date()) };
    const settles = others.map(({ rev_id }) => rev_id);
    this.#tell("problem", await save(this.#replica, { record: id, kind: KIND, body, settles }));
    part(this, "text", HTMLElement).focus();
  }

  /** @param {boolean} writing */
  #write(writing) {
    this.#form.hidden = !writing;
    this.#button("write").hidden = writing;
    if (writing) this.#field.focus();
    else this.#button("write").focus();
  }

  async #answer() {
    const text = this.#field.value.trim();
    if (!text) return this.#field.focus();
    const body = newAnswer({ text, answers: this.#shown.id });
    const problem = await save(this.#replica, { kind: KIND, body });
    this.#tell("problem", problem);
    if (problem) return;
    dropFields(this.#form, this.#draft);
    this.#write(false);
  }

  #opening() {
    const question = "Open it before its day?";
    const words = { label: "Open early", question, yes: "Open it", no: "Let it wait" };
    return new ConfirmButton(words, () => this.#open());
  }

  #discarding() {
    const words = { label: "To the trash", question: "Put this letter and its answers in the trash?" };
    return new ConfirmButton({ ...words, yes: "To the trash", no: "Keep it" }, async () => {
      for (const one of [...this.#answers, this.#shown]) {
        const problem = await discard(this.#replica, one);
        if (problem) return this.#tell("problem", problem);
      }
    });
  }

  /** @returns {LetterBody} */
  get #body() {
    return this.#shown.head.body;
  }

  get #draft() {
    return `letter-back-${this.#shown.id}`;
  }

  get #form() {
    return part(this, "form", HTMLFormElement);
  }

  get #field() {
    return part(this, "answer", HTMLTextAreaElement);
  }

  /**
   * @param {string} type
   * @param {string} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  /** @param {string} name */
  #button(name) {
    return part(this, name, HTMLButtonElement);
  }
}

/**
 * @param {LetterBody} body
 * @param {State} state
 */
function titleOf({ written_at }, state) {
  const day = dayOf(written_at);
  if (state === "come") return `Your letter of ${day} has come`;
  return state === "sealed" ? `Sealed on ${day}` : `Written on ${day}`;
}

/** @param {LetterBody} body of a letter that is sealed */
function awaits({ opens_on = "", answer_by }) {
  const day = `For ${dayOf(opens_on)}.`;
  return answer_by === "future_self" ? `${day} Your future self answers it then.` : day;
}

customElements.define("fs-letter", LetterCard);
