/**
 * Goals with their steps, check-ins and affirmations: as the journal, all of it is read from and
 * written to this phone, and the box is told in the background.
 */

/** @import { Api } from "../api.js" */
/** @import { Heard } from "../care/heard.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Sync } from "../records/sync.js" */
/** @import { GoalBody } from "./goals.js" */

import * as care from "../care/heard.js";
import { arrange, part, reveal, stamp } from "../dom.js";
import { dropFields, keepFields } from "../drafts.js";
import { TrashList } from "../journal/trash-list.js";
import { discard, save } from "../records/saving.js";
import { uuid7 } from "../uuid.js";
import { AffirmationList } from "./affirmation-list.js";
import { CheckIns } from "./check-ins.js";
import { GoalCard } from "./goal-card.js";
import { GoalEditor } from "./goal-editor.js";
import { asMade, isActive, stepsByGoal } from "./goals.js";

const DRAFT = "new-goal-draft";
const KIND = "goal";

export class GoalsView extends HTMLElement {
  #api;
  #replica;
  #sync;
  /** @type {Map<string, GoalCard>} */
  #cards = new Map();
  /** @type {Shown | null} */
  #edited = null;
  #drawing = false;

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
  }

  connectedCallback() {
    this.replaceChildren(stamp("goals"));
    this.#listenToForm();
    this.#listenToEditor();
    part(this, "affirmations", AffirmationList).begin(this.#replica);
    part(this, "check-ins", CheckIns).begin(this.#replica);
    const trash = part(this, "trash", TrashList);
    trash.begin(this.#api, ["goal", "step", "affirmation", "check_in"]);
    trash.addEventListener("change", () => this.#sync.refresh());
    this.#replica.addEventListener("change", () => this.#changed());
    this.#sync.addEventListener("state", () => this.#changed());
    this.#draw();
    const interrupted = this.#replica.shown(KIND).find(({ id }) => id === GoalEditor.interrupted);
    if (interrupted) this.#edit(interrupted);
  }

  /**
   * Show where a record stands, as when an answer names it.
   * @param {string} record
   */
  open(record) {
    /** @type {NodeListOf<HTMLElement>} */
    const rows = this.querySelectorAll("[data-record]");
    // Only the latest check-ins have a row.
    reveal([...rows].find(({ dataset }) => dataset["record"] === record) ?? part(this, "check-ins", CheckIns));
  }

  #listenToForm() {
    const form = part(this, "form", HTMLFormElement);
    keepFields(form, DRAFT);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const input = part(this, "new", HTMLInputElement);
      const title = input.value.trim();
      if (!title) return input.focus();
      const problem = await this.#save(uuid7(), { title });
      part(this, "unsaved", HTMLElement).textContent = problem;
      if (!problem) dropFields(form, DRAFT);
    });
    part(this, "begin", HTMLButtonElement).addEventListener("click", () => {
      part(this, "new", HTMLInputElement).focus();
    });
  }

  #listenToEditor() {
    const editor = part(this, "editor", GoalEditor);
    editor.begin(this.#api);
    editor.addEventListener("save", async (event) => {
      const body = /** @type {CustomEvent<GoalBody>} */ (event).detail;
      if (!this.#edited) return;
      const { id: record } = this.#edited;
      this.#closeIf(await this.#save(record, body));
    });
    editor.addEventListener("discard", async () => {
      if (this.#edited) this.#closeIf(await discard(this.#replica, this.#edited));
    });
    editor.addEventListener("restored", () => {
      this.#sync.refresh();
      this.#closeIf("");
    });
    editor.addEventListener("close", () => this.#closeIf(""));
  }

  /**
   * @param {string} record
   * @param {Partial<GoalBody>} body
   */
  async #save(record, body) {
    const problem = await save(this.#replica, { record, kind: KIND, body });
    if (!problem) care.look(this.#replica, KIND, record);
    return problem;
  }

  /** @param {Shown} goal */
  #edit(goal) {
    this.#edited = goal;
    part(this, "reading", HTMLElement).hidden = true;
    this.scrollTo(0, 0);
    part(this, "editor", GoalEditor).open(goal);
  }

  /** @param {string} problem why it can't be closed */
  #closeIf(problem) {
    const editor = part(this, "editor", GoalEditor);
    if (problem) return editor.fail(problem);
    editor.done();
    part(this, "reading", HTMLElement).hidden = false;
    const card = this.#edited && this.#cards.get(this.#edited.id);
    this.#edited = null;
    if (card?.isConnected) part(card, "edit", HTMLButtonElement).focus();
  }

  /** Changes come in groups; one drawing for each frame of the screen is enough. */
  #changed() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#drawing = false;
    const goals = asMade(this.#replica.shown(KIND));
    const steps = stepsByGoal(this.#replica.shown("step"));
    const heard = care.heardLately(this.#replica);
    const [active, resting] = [goals.filter(isActive), goals.filter((goal) => !isActive(goal))];
    this.#list("active", active, steps, heard);
    this.#list("resting", resting, steps, heard);
    part(this, "empty", HTMLElement).hidden = goals.length > 0;
    part(this, "resting-part", HTMLElement).hidden = resting.length === 0;
    part(this, "problem", HTMLElement).textContent = this.#sync.problem;
    part(this, "check-ins", CheckIns).show(this.#replica.shown("check_in"), active, heard);
    part(this, "affirmations", AffirmationList).show(this.#replica.shown("affirmation"));
  }

  /**
   * @param {string} name
   * @param {Shown[]} goals
   * @param {Map<string, Shown[]>} steps
   * @param {Map<string, Heard>} heard
   */
  #list(name, goals, steps, heard) {
    const cards = goals.map((goal) => this.#card(goal));
    arrange(part(this, name, HTMLElement), cards);
    for (const [index, goal] of goals.entries()) {
      cards[index].show(goal, steps.get(goal.id) ?? [], heard.get(goal.head.rev_id));
    }
  }

  /** @param {Shown} goal */
  #card(goal) {
    const kept = this.#cards.get(goal.id);
    const card = kept ?? new GoalCard(this.#replica, goal);
    this.#cards.set(goal.id, card);
    card.dataset["record"] = goal.id;
    if (!kept) {
      card.addEventListener("edit", () => {
        this.#edit(this.#replica.shown(KIND).find(({ id }) => id === goal.id) ?? goal);
      });
    }
    return card;
  }
}

customElements.define("fs-goals", GoalsView);
