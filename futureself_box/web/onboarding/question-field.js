/** One question with the field that its kind needs. Event `change`, as of any field. */

/** @import { Given, Question } from "./questions.js" */

import { PeopleField } from "./people-field.js";

let fields = 0;

export class QuestionField extends HTMLElement {
  #question;
  #id = `question-${(fields += 1)}`;
  /** @type {Given} */
  #given = {};

  /** @param {Question} question */
  constructor(question) {
    super();
    this.#question = question;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    const { ask, hint, example } = this.#question;
    const many = ["choices", "people", "hours"].includes(this.#question.kind);
    const label = make(many ? "p" : "label", { textContent: ask, id: `${this.#id}-label` });
    label.className = "ask";
    if (label instanceof HTMLLabelElement) label.htmlFor = this.#id;
    const field = this.#field();
    field.id = this.#id;
    if (many) {
      field.setAttribute("role", "group");
      field.setAttribute("aria-labelledby", label.id);
    }
    const words = [hint, example && `Such as: ${example}`].filter(Boolean).join(" ");
    const note = make("p", { textContent: words, id: `${this.#id}-hint`, className: "soft" });
    if (words) field.setAttribute("aria-describedby", note.id);
    this.append(label, ...(words ? [note] : []), field);
    this.given = this.#given;
  }

  /** @returns {Given} nothing in it where there is no answer */
  get given() {
    const { kind } = this.#question;
    if (kind === "people") return some("people", this.#people?.people);
    if (kind === "choices") {
      return some("chosen", this.#inputs.filter((one) => one.checked).map((one) => one.value));
    }
    const values = this.#inputs.map(({ value }) => value.trim());
    if (kind === "hours") return values.every(Boolean) ? { chosen: values } : {};
    const [value] = values;
    if (!value) return {};
    if (kind === "choice") return { chosen: [value] };
    if (kind === "day") return { day: value };
    if (kind === "number") return /^\d{1,4}$/.test(value) ? { number: Number(value) } : {};
    return { text: value };
  }

  set given(given) {
    this.#given = given;
    const { text, number, day, chosen = [], people = [] } = given;
    const { kind } = this.#question;
    for (const [index, input] of this.#inputs.entries()) {
      if (kind === "choices") input.checked = chosen.includes(input.value);
      else if (kind === "hours") input.value = chosen[index] ?? "";
      else if (kind !== "people") input.value = text ?? day ?? chosen[0] ?? `${number ?? ""}`;
    }
    if (this.#people) this.#people.people = people;
    this.#limit();
  }

  /** @returns {HTMLInputElement[]} selects and text areas too; all of them have a value */
  get #inputs() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll(FIELDS))];
  }

  get #people() {
    return /** @type {PeopleField | null} */ (this.querySelector(PeopleField.tag));
  }

  /** @returns {HTMLElement} */
  #field() {
    const { kind, choices = [] } = this.#question;
    if (kind === "text") return make("textarea", { rows: 3, maxLength: 100_000 });
    if (kind === "people") return new PeopleField();
    if (kind === "choice") {
      const select = make("select", {});
      select.append(new Option("No wish", ""), ...choices.map((one) => new Option(one, one)));
      return select;
    }
    if (kind === "choices") return this.#choices(choices);
    if (kind === "hours") return hours();
    const input = make("input", { autocomplete: "off", maxLength: 200 });
    if (kind === "number") Object.assign(input, { inputMode: "numeric", maxLength: 4 });
    if (kind === "day" || kind === "time") input.type = kind === "day" ? "date" : "time";
    if (kind === "day") input.max = new Date().toISOString().slice(0, 10);
    return input;
  }

  /** @param {string[]} choices */
  #choices(choices) {
    const group = make("div", { className: "choices" });
    for (const choice of choices) {
      const label = make("label", { className: "check" });
      label.append(make("input", { type: "checkbox", value: choice }), choice);
      group.append(label);
    }
    group.addEventListener("change", () => this.#limit());
    return group;
  }

  /** As many as are asked for, and no more. */
  #limit() {
    if (this.#question.kind !== "choices") return;
    const full = this.#inputs.filter(({ checked }) => checked).length >= (this.#question.most ?? 1);
    for (const input of this.#inputs) input.disabled = full && !input.checked;
  }
}

const FIELDS = "input, textarea, select";

function hours() {
  const group = make("div", { className: "hours" });
  for (const words of ["From", "To"]) {
    const label = make("label", { textContent: words });
    label.append(make("input", { type: "time" }));
    group.append(label);
  }
  return group;
}

/**
 * @param {"people" | "chosen"} name
 * @param {any[] | undefined} list
 */
function some(name, list) {
  return list?.length ? { [name]: list } : {};
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

customElements.define("fs-question", QuestionField);
