/** One step towards a goal: a box to tick, and its words, place and trash behind "Change". */

/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { StepBody } from "./goals.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { localMoment } from "../journal/entries.js";
import { crossings } from "../records/crossing.js";
import { discard, IN_CLOUD, ON_BOX, save, whereabouts } from "../records/saving.js";
import { positionAt } from "./goals.js";

export class StepRow extends HTMLElement {
  #replica;
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Shown[]} */
  #all = [];

  /** @param {Replica} replica */
  constructor(replica) {
    super();
    this.#replica = replica;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    this.role = "listitem";
    this.replaceChildren(stamp("step"));
    part(this, "done", HTMLInputElement).addEventListener("change", () => this.#tick());
    this.#button("change").addEventListener("click", () => this.#open(true));
    this.#button("close").addEventListener("click", () => this.#open(false));
    this.#button("earlier").addEventListener("click", () => this.#move(-1));
    this.#button("later").addEventListener("click", () => this.#move(1));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#rename();
    });
    const words = { label: "To the trash", question: "Put this step in the trash?" };
    const act = async () => {
      if (this.#shown) this.#tell(await discard(this.#replica, this.#shown));
    };
    const button = new ConfirmButton({ ...words, yes: "To the trash", no: "Keep it" }, act);
    part(this, "discard", HTMLElement).append(button);
  }

  /**
   * @param {Shown} shown
   * @param {Shown[]} all the goal's steps
   */
  show(shown, all) {
    this.#shown = shown;
    this.#all = all;
    const { title, done_on } = /** @type {StepBody} */ (shown.head.body);
    part(this, "title", HTMLElement).textContent = title;
    part(this, "done", HTMLInputElement).checked = Boolean(done_on);
    const where = whereabouts(shown.head);
    part(this, "where", HTMLElement).textContent = [ON_BOX, IN_CLOUD].includes(where)
      ? ""
      : where;
    this.#button("change").ariaLabel = `Change: ${title}`;
    this.#button("earlier").disabled = all[0].id === shown.id;
    this.#button("later").disabled = all[all.length - 1].id === shown.id;
    const how = {
      noun: "step",
      words: (/** @type {StepBody} */ body) => `${body.title}${body.done_on ? " (done)" : ""}`,
      tell: (/** @type {string} */ problem) => this.#tell(problem),
    };
    const crossed = crossings(this.#replica, shown, how);
    part(this, "others", HTMLElement).replaceChildren(...crossed);
  }

  /** @param {boolean} opening */
  #open(opening) {
    const title = part(this, "new-title", HTMLInputElement);
    part(this, "form", HTMLFormElement).hidden = !opening;
    this.#button("change").hidden = opening;
    title.value = this.#body.title;
    if (opening) title.focus();
    else this.#button("change").focus();
  }

  #tick() {
    const { done_on: _, ...body } = this.#body;
    const isDone = part(this, "done", HTMLInputElement).checked;
    const today = localMoment(new Date()).slice(0, 10);
    return this.#write(isDone ? { ...body, done_on: today } : body);
  }

  async #rename() {
    const title = part(this, "new-title", HTMLInputElement).value.trim();
    if (title && (await this.#write({ ...this.#body, title }))) this.#open(false);
  }

  /** @param {-1 | 1} by */
  async #move(by) {
    const at = this.#all.findIndex(({ id }) => id === this.#shown?.id) + by;
    const rest = this.#all.filter(({ id }) => id !== this.#shown?.id);
    const focused = document.activeElement;
    await this.#write({ ...this.#body, position: positionAt(rest, at) });
    if (focused instanceof HTMLElement) requestAnimationFrame(() => focused.focus());
  }

  /** @returns {StepBody} */
  get #body() {
    return this.#shown?.head.body;
  }

  /** @param {StepBody} body */
  async #write(body) {
    return this.#tell(await save(this.#replica, { record: this.#shown?.id, kind: "step", body }));
  }

  /** @param {string} problem */
  #tell(problem) {
    part(this, "unsaved", HTMLElement).textContent = problem;
    return !problem;
  }

  /** @param {string} name */
  #button(name) {
    return part(this, name, HTMLButtonElement);
  }
}

customElements.define("fs-step", StepRow);
