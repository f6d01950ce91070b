/** Every question, with what was answered: each is saved by itself, as soon as its field is left. */

/** @import { Api } from "../api.js" */
/** @import { Replica } from "../records/replica.js" */
/** @import { Question, Questions } from "./questions.js" */

import { CareNote } from "../care/care-note.js";
import { part, reveal, stamp } from "../dom.js";
import { keep, read } from "../kept.js";
import { whereabouts } from "../records/saving.js";
import { QuestionField } from "./question-field.js";
import { answer, answers, ask } from "./questions.js";

const DRAFTS = "answer-drafts";

export class AnswersView extends HTMLElement {
  #api;
  #replica;
  /** @type {Questions | null} */
  #asked = null;
  /** @type {Map<string, QuestionField>} */
  #fields = new Map();

  /**
   * @param {Api} api
   * @param {Replica} replica
   */
  constructor(api, replica) {
    super();
    this.#api = api;
    this.#replica = replica;
  }

  connectedCallback() {
    this.replaceChildren(stamp("answers"));
    this.#replica.addEventListener("change", () => this.#show());
  }

  /** Ask the box what it asks, and show what this phone has. */
  async refresh() {
    const asked = await ask(this.#api);
    part(this, "unknown", HTMLElement).hidden = asked !== null;
    if (!asked || JSON.stringify(asked) === JSON.stringify(this.#asked)) return;
    this.#asked = asked;
    this.#fields.clear();
    const sections = asked.questionnaire.sections.map(({ title, questions }) => {
      const section = document.createElement("section");
      section.append(Object.assign(document.createElement("h2"), { textContent: title }));
      section.append(...questions.map((question) => this.#row(question)));
      return section;
    });
    part(this, "sections", HTMLElement).replaceChildren(...sections);
    this.#show();
  }

  /**
   * Show one answer, as when what the future self said names it.
   * @param {string} record
   */
  async open(record) {
    await this.refresh();
    const field = this.#fields.get(this.#replica.find(record)?.head.body.question);
    if (field?.parentElement) reveal(field.parentElement);
  }

  /** @param {Question} question */
  #row(question) {
    const row = document.createElement("div");
    row.className = "question-row";
    const field = new QuestionField(question);
    this.#fields.set(question.name, field);
    const where = Object.assign(document.createElement("span"), { className: "mark", hidden: true });
    where.dataset["part"] = "where";
    const error = Object.assign(document.createElement("p"), { className: "error", role: "alert" });
    const note = new CareNote();
    row.append(field, where, error, note);
    field.addEventListener("input", () => {
      keep(DRAFTS, { ...read(DRAFTS, {}), [question.name]: field.given });
    });
    field.addEventListener("change", async () => {
      const version = this.#asked?.questionnaire.version ?? 1;
      const asked = { question: question.name, version };
      // Beside the saving: what was written must not wait for a network.
      if (question.kind === "text") note.look(this.#api, field.given.text ?? "");
      error.textContent = await answer(this.#replica, asked, field.given);
      if (!error.textContent) this.#dropDraft(question.name);
    });
    return row;
  }

  #show() {
    const given = answers(this.#replica);
    const drafts = /** @type {Record<string, any>} */ (read(DRAFTS, {}));
    for (const [name, field] of this.#fields) {
      const shown = given.get(name);
      const where = part(field.parentElement ?? this, "where", HTMLElement);
      where.hidden = !shown || shown.head.body.skipped === true;
      if (shown) where.textContent = whereabouts(shown.head);
      // What is being typed is not taken away by what another phone wrote.
      if (!field.contains(document.activeElement)) field.given = drafts[name] ?? shown?.head.body ?? {};
    }
  }

  /** @param {string} name */
  #dropDraft(name) {
    const { [name]: _, ...others } = /** @type {Record<string, any>} */ (read(DRAFTS, {}));
    keep(DRAFTS, others);
  }
}

customElements.define("fs-answers", AnswersView);
