/** One instrument: its items to rate when it is time, and how the scores went. */

/** @import { Replica } from "../records/replica.js" */
/** @import { Instrument } from "./questions.js" */

import { part, stamp } from "../dom.js";
import { keep, read } from "../kept.js";
import { save } from "../records/saving.js";
import { day } from "../words.js";
import { MeasureChart } from "./measure-chart.js";
import { courses, filledIn, isDue, newMeasure } from "./measures.js";
import { RatingField } from "./rating-field.js";

export class InstrumentCard extends HTMLElement {
  #replica;
  #instrument;
  #fields;
  /** The member opened it before it was time. */
  #again = false;

  /**
   * @param {Replica} replica
   * @param {Instrument} instrument
   */
  constructor(replica, instrument) {
    super();
    this.#replica = replica;
    this.#instrument = instrument;
    this.#fields = instrument.items.map((item) => new RatingField(item));
  }

  connectedCallback() {
    if (this.childElementCount) return;
    const { title, ask } = this.#instrument;
    this.replaceChildren(stamp("instrument"));
    part(this, "title", HTMLElement).textContent = title;
    part(this, "ask", HTMLElement).textContent = ask;
    part(this, "items", HTMLElement).append(...this.#fields);
    this.#ratings = read(this.#draft, /** @type {Record<string, number>} */ ({}));
    const form = part(this, "form", HTMLFormElement);
    form.addEventListener("change", () => keep(this.#draft, this.#ratings));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    part(this, "again", HTMLButtonElement).addEventListener("click", () => {
      this.#again = true;
      this.show();
    });
  }

  show() {
    const measures = filledIn(this.#replica, this.#instrument);
    const open = this.#again || isDue(measures, this.#instrument);
    part(this, "form", HTMLFormElement).hidden = !open;
    part(this, "rest", HTMLElement).hidden = open;
    const last = measures[measures.length - 1];
    if (last) {
      const when = day(Date.parse(last.written_at));
      part(this, "when", HTMLElement).textContent = `Last filled in: ${when}.`;
    }
    const chart = part(this, "chart", MeasureChart);
    chart.hidden = !this.#instrument.shown;
    if (this.#instrument.shown) chart.show(courses(this.#instrument, measures));
  }

  async #save() {
    const ratings = this.#ratings;
    if (Object.keys(ratings).length === 0) {
      part(this, "error", HTMLElement).textContent = "Nothing is rated yet. One line is enough.";
      return;
    }
    const body = newMeasure(this.#instrument, ratings);
    const problem = await save(this.#replica, { kind: "measure", body });
    part(this, "error", HTMLElement).textContent = problem;
    if (problem) return;
    keep(this.#draft, null);
    this.#ratings = {};
    this.#again = false;
    this.show();
    part(this, "when", HTMLElement).focus();
  }

  get #draft() {
    return `measure-draft-${this.#instrument.name}`;
  }

  /** @returns {Record<string, number>} those that were rated */
  get #ratings() {
    const rated = this.#fields.filter(({ value }) => value !== null);
    return Object.fromEntries(rated.map(({ name, value }) => [name, Number(value)]));
  }

  set #ratings(ratings) {
    for (const field of this.#fields) field.value = ratings?.[field.name] ?? null;
  }
}

customElements.define("fs-instrument", InstrumentCard);
