/** How the day or a goal stands, in a tap: a mood, a few words, and the last few of them. */

/** @import { Heard } from "../care/heard.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { CheckInBody } from "./goals.js" */

import { CareNote } from "../care/care-note.js";
import * as care from "../care/heard.js";
import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { inOrder, MOODS } from "../journal/entries.js";
import { MoodField } from "../journal/mood-field.js";
import { keep, read } from "../kept.js";
import { discard, save, whereabouts } from "../records/saving.js";
import { uuid7 } from "../uuid.js";
import { day as dayInWords, timeOfDay } from "../words.js";
import { newCheckIn } from "./goals.js";

const KIND = "check_in";
const MOST = 5;
const DRAFT = "check-in-draft";
const NOTHING = { mood: /** @type {number | null} */ (null), note: "", goal: "" };

export class CheckIns extends HTMLElement {
  /** @type {Replica | null} */
  #replica = null;

  connectedCallback() {
    this.replaceChildren(stamp("check-ins"));
  }

  /** @param {Replica} replica */
  begin(replica) {
    this.#replica = replica;
    this.#fill(read(DRAFT, NOTHING));
    const form = part(this, "form", HTMLFormElement);
    const keepDraft = () => keep(DRAFT, this.#given);
    form.addEventListener("input", keepDraft);
    form.addEventListener("change", keepDraft);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const given = this.#given;
      if (given.mood === null && !given.note) return part(this, "note", HTMLInputElement).focus();
      const change = { record: uuid7(), kind: KIND, body: newCheckIn(given) };
      const problem = await save(replica, change);
      part(this, "error", HTMLElement).textContent = problem;
      if (problem) return;
      care.look(replica, KIND, change.record);
      keep(DRAFT, NOTHING);
      this.#fill(NOTHING);
    });
  }

  /**
   * @param {Shown[]} checkIns
   * @param {Shown[]} goals
   * @param {Map<string, Heard>} heard what was heard, by version
   */
  show(checkIns, goals, heard) {
    this.#offer(goals);
    const titles = new Map(goals.map(({ id, head }) => [id, head.body.title]));
    const latest = inOrder(checkIns).slice(0, MOST);
    const list = part(this, "list", HTMLElement);
    if (list.contains(document.activeElement)) return;
    list.replaceChildren(...latest.map((one) => this.#row(one, titles, heard)));
  }

  /** @param {Shown[]} goals */
  #offer(goals) {
    const select = part(this, "about", HTMLSelectElement);
    const chosen = select.value || read(DRAFT, NOTHING).goal;
    const choices = goals.map(({ id, head }) => new Option(head.body.title, id));
    select.replaceChildren(new Option("Today", ""), ...choices);
    select.value = goals.some(({ id }) => id === chosen) ? chosen : "";
    part(this, "about-field", HTMLElement).hidden = goals.length === 0;
  }

  /**
   * @param {Shown} shown
   * @param {Map<string, string>} titles
   * @param {Map<string, Heard>} heard
   */
  #row(shown, titles, heard) {
    const { day, written_at, mood, goal = "", note } = /** @type {CheckInBody} */ (shown.head.body);
    const row = document.createElement("li");
    row.append(stamp("check-in"));
    row.dataset["record"] = shown.id;
    const words = [mood && MOODS[mood - 1], titles.get(goal), note].filter(Boolean).join(" · ");
    part(row, "text", HTMLElement).textContent = words;
    const when = dayInWords(Date.parse(`${day}T12:00:00`));
    part(row, "time", HTMLElement).textContent = `${when}, ${timeOfDay(Date.parse(written_at))}`;
    part(row, "where", HTMLElement).textContent = whereabouts(shown.head);
    const asked = { label: "To the trash", question: "Put this check-in in the trash?" };
    const act = async () => {
      if (!this.#replica) return;
      part(this, "error", HTMLElement).textContent = await discard(this.#replica, shown);
    };
    const button = new ConfirmButton({ ...asked, yes: "To the trash", no: "Keep it" }, act);
    part(row, "discard", HTMLElement).append(button);
    if (this.#replica) {
      const note = new CareNote();
      note.stand(this.#replica, heard.get(shown.head.rev_id));
      row.append(note);
    }
    return row;
  }

  get #given() {
    const mood = part(this, "mood", MoodField).value;
    const note = part(this, "note", HTMLInputElement).value.trim();
    return { mood, note, goal: part(this, "about", HTMLSelectElement).value };
  }

  /** @param {typeof NOTHING} given */
  #fill({ mood, note, goal }) {
    part(this, "mood", MoodField).value = mood;
    part(this, "note", HTMLInputElement).value = note;
    part(this, "about", HTMLSelectElement).value = goal;
  }
}

customElements.define("fs-check-ins", CheckIns);
