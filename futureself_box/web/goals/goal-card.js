/** One goal: why, by when, its steps, and where all of that lies. */

/** @import { Heard } from "../care/heard.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Change } from "../records/saving.js" */
/** @import { GoalBody } from "./goals.js" */

import { CareNote } from "../care/care-note.js";
import { arrange, part, stamp } from "../dom.js";
import { dropFields, keepFields } from "../drafts.js";
import { crossings } from "../records/crossing.js";
import { save, whereabouts } from "../records/saving.js";
import { about, inWords, positionAt } from "./goals.js";
import { StepRow } from "./step-row.js";

/** Event: `edit`. */
export class GoalCard extends HTMLElement {
  #replica;
  #shown;
  /** @type {Shown[]} */
  #steps = [];
  /** @type {Map<string, StepRow>} */
  #rows = new Map();

  /**
   * @param {Replica} replica
   * @param {Shown} shown
   */
  constructor(replica, shown) {
    super();
    this.#replica = replica;
    this.#shown = shown;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.replaceChildren(stamp("goal"));
    part(this, "edit", HTMLButtonElement).addEventListener("click", () => {
      this.dispatchEvent(new Event("edit"));
    });
    const form = part(this, "form", HTMLFormElement);
    const id = `step-of-${this.#shown.id}`;
    part(this, "label", HTMLLabelElement).htmlFor = id;
    part(this, "new-step", HTMLInputElement).id = id;
    keepFields(form, id);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.#addStep()) dropFields(form, id);
    });
  }

  /**
   * @param {Shown} shown
   * @param {Shown[]} steps
   * @param {Heard} [heard] what was heard in it
   */
  show(shown, steps, heard) {
    this.#shown = shown;
    this.#steps = steps;
    const { title, why = "" } = /** @type {GoalBody} */ (shown.head.body);
    part(this, "title", HTMLElement).textContent = title;
    part(this, "why", HTMLElement).textContent = why;
    part(this, "about", HTMLElement).textContent = about(shown.head.body);
    part(this, "where", HTMLElement).textContent = whereabouts(
      ...[shown, ...steps].map(({ head }) => head),
    );
    part(this, "edit", HTMLButtonElement).ariaLabel = `Edit: ${title}`;
    part(this, "steps", HTMLElement).ariaLabel = `Steps of: ${title}`;
    part(this, "care", CareNote).stand(this.#replica, heard);
    this.#showSteps();
    const tell = (/** @type {string} */ problem) => this.#tell(problem);
    const how = { noun: "goal", words: inWords, tell };
    const crossed = crossings(this.#replica, shown, how);
    part(this, "others", HTMLElement).replaceChildren(...crossed);
  }

  #showSteps() {
    const rows = this.#steps.map((step) => this.#row(step));
    arrange(part(this, "steps", HTMLElement), rows);
    for (const [index, step] of this.#steps.entries()) rows[index].show(step, this.#steps);
  }

  /** @param {Shown} step */
  #row(step) {
    const row = this.#rows.get(step.id) ?? new StepRow(this.#replica);
    this.#rows.set(step.id, row);
    row.dataset["record"] = step.id;
    return row;
  }

  async #addStep() {
    const input = part(this, "new-step", HTMLInputElement);
    const title = input.value.trim();
    if (!title) return input.focus();
    const position = positionAt(this.#steps, this.#steps.length);
    return this.#write({ kind: "step", body: { goal: this.#shown.id, title, position } });
  }

  /** @param {Change} change */
  async #write(change) {
    return this.#tell(await save(this.#replica, change));
  }

  /** @param {string} problem */
  #tell(problem) {
    part(this, "unsaved", HTMLElement).textContent = problem;
    return !problem;
  }
}

customElements.define("fs-goal", GoalCard);
