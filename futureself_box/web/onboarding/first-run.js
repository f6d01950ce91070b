/**
 * The first minutes: three questions, one at a time, each of which may be left out; then hello. What
 * was answered on another phone is not asked again. Dispatches `done`.
 */

/** @import { Api } from "../api.js" */
/** @import { Replica } from "../records/replica.js" */
/** @import { Sync } from "../records/sync.js" */
/** @import { Question, Questions } from "./questions.js" */

import { CareNote } from "../care/care-note.js";
import { part, stamp } from "../dom.js";
import { QuestionField } from "./question-field.js";
import { answer, answers, ask } from "./questions.js";

/** Who just came in is online; a box that is silent keeps nobody waiting for long. */
const PATIENCE_MS = 5_000;

export class FirstRun extends HTMLElement {
  #api;
  #replica;
  #sync;
  #care;
  /** @type {Questions | null} */
  #asked = null;

  /**
   * @param {Api} api
   * @param {Replica} replica
   * @param {Sync} sync
   */
  constructor(api, replica, sync) {
    super();
    this.#api = api;
    this.#replica = replica;
    this.#sync = sync;
    this.#care = new CareNote();
  }

  connectedCallback() {
    this.replaceChildren(stamp("first-run"));
    part(this, "care", HTMLElement).append(this.#care);
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#next(this.#field?.given ?? {});
    });
    part(this, "skip", HTMLButtonElement).addEventListener("click", () => this.#next({}));
    for (const name of ["leave", "hello"]) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => this.#done());
    }
  }

  /** Begin, or go on where it was left. */
  async refresh() {
    if (this.#asked) return;
    const [asked] = await Promise.all([ask(this.#api), this.#caughtUp()]);
    const left = asked ? this.#left(asked) : [];
    if (!asked || left.length === 0) return this.#done();
    this.#asked = asked;
    this.#show(left[0]);
  }

  /** @param {Questions} asked */
  #left(asked) {
    const given = answers(this.#replica);
    const questions = asked.questionnaire.sections.flatMap(({ questions }) => questions);
    return questions.filter(({ name, first }) => first && !given.has(name));
  }

  /** @param {Question} question */
  #show(question) {
    const field = new QuestionField(question);
    const left = this.#asked ? this.#left(this.#asked).length : 0;
    part(this, "count", HTMLElement).textContent = left > 1 ? `${left} short questions` : "One last question";
    part(this, "field", HTMLElement).replaceChildren(field);
    part(this, "form", HTMLFormElement).hidden = false;
    field.querySelector("input, textarea")?.setAttribute("enterkeyhint", "next");
    /** @type {HTMLElement | null} */ (field.querySelector("input, textarea"))?.focus();
  }

  /** @param {import("./questions.js").Given} given */
  async #next(given) {
    if (!this.#asked) return;
    const { version } = this.#asked.questionnaire;
    const [{ name: question }] = this.#left(this.#asked);
    const problem = await answer(this.#replica, { question, version }, given);
    part(this, "error", HTMLElement).textContent = problem;
    if (problem) return;
    if (given.text) this.#care.look(this.#api, given.text);
    const [following] = this.#left(this.#asked);
    if (following) return this.#show(following);
    for (const name of ["form", "leave", "intro"]) part(this, name, HTMLElement).hidden = true;
    part(this, "end", HTMLElement).hidden = false;
    part(this, "hello", HTMLButtonElement).focus();
  }

  get #field() {
    return /** @type {QuestionField | null} */ (this.querySelector("fs-question"));
  }

  #caughtUp() {
    if (this.#sync.caughtUp) return;
    return new Promise((resolve) => {
      this.#sync.addEventListener("caught-up", resolve, { once: true });
      setTimeout(resolve, PATIENCE_MS);
    });
  }

  #done() {
    this.dispatchEvent(new Event("done"));
  }
}

customElements.define("fs-first-run", FirstRun);
