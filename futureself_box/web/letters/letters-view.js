/**
 * Letters to the future self: written and read on this phone, with or without the box; only an answer
 * of the future self's needs it.
 */

/** @import { Api } from "../api.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Sync } from "../records/sync.js" */

import { CareNote } from "../care/care-note.js";
import { arrange, part, reveal, stamp } from "../dom.js";
import { dropFields, keepFields } from "../drafts.js";
import { TrashList } from "../journal/trash-list.js";
import { save } from "../records/saving.js";
import { LetterCard } from "./letter-card.js";
import { answersTo, awaited, inOrder, KIND, newLetter, today } from "./letters.js";
import { Orders } from "./orders.js";

const DRAFT = "letter-draft";
const DAY_MS = 86_400_000;

export class LettersView extends HTMLElement {
  #api;
  #replica;
  #sync;
  #orders;
  #care;
  #child;
  /** @type {Map<string, LetterCard>} */
  #cards = new Map();

  /**
   * @param {Api} api
   * @param {Replica} replica
   * @param {Sync} sync
   * @param {boolean} child whether the member is one
   */
  constructor(api, replica, sync, child) {
    super();
    this.#api = api;
    this.#replica = replica;
    this.#sync = sync;
    this.#child = child;
    this.#care = new CareNote();
    this.#orders = new Orders(api, () => this.isConnected && !this.hidden && !document.hidden);
  }

  connectedCallback() {
    this.replaceChildren(stamp("letters"));
    this.#listenToForm();
    this.addEventListener("ask", (event) => {
      this.#orders.place(/** @type {CustomEvent<string>} */ (event).detail);
    });
    this.addEventListener("problem", (event) => {
      part(this, "error", HTMLElement).textContent = /** @type {CustomEvent<string>} */ (event).detail;
    });
    this.#orders.addEventListener("change", () => this.#draw());
    this.#orders.addEventListener("written", () => this.#sync.refresh());
    const trash = part(this, "trash", TrashList);
    trash.begin(this.#api, [KIND]);
    trash.addEventListener("change", () => this.#sync.refresh());
    this.#replica.addEventListener("change", () => this.#draw());
    this.#draw();
  }

  /** The screen is shown: what was asked for may have come meanwhile, and a day may have passed. */
  refresh() {
    part(this, "opens-on", HTMLInputElement).min = today(new Date(Date.now() + DAY_MS));
    this.#orders.look(awaited(this.#replica.shown(KIND)));
    this.#draw();
  }

  /**
   * Show one letter, or the one that it answers.
   * @param {string} record
   */
  open(record) {
    const card = this.#cards.get(this.#replica.find(record)?.head.body.answers ?? record);
    if (card) reveal(part(card, "title", HTMLElement));
  }

  #listenToForm() {
    const form = part(this, "form", HTMLFormElement);
    form.append(this.#care);
    keepFields(form, DRAFT);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const field = part(form, "text", HTMLTextAreaElement);
      const text = field.value.trim();
      if (!text) return field.focus();
      // Beside the saving: what was written must not wait for a network.
      this.#care.look(this.#api, text);
      const opens_on = part(form, "opens-on", HTMLInputElement).value;
      const mine = part(form, "answer-by", HTMLSelectElement).value === "member";
      const body = newLetter({ text, opens_on, answer_by: mine ? "member" : "future_self" });
      const problem = await save(this.#replica, { kind: KIND, body });
      part(this, "error", HTMLElement).textContent = problem;
      if (!problem) dropFields(form, DRAFT);
    });
  }

  #draw() {
    if (!this.isConnected) return;
    const all = this.#replica.shown(KIND);
    const letters = inOrder(all);
    part(this, "empty", HTMLElement).hidden = letters.length > 0;
    arrange(part(this, "list", HTMLElement), letters.map((letter) => this.#card(letter)));
    for (const letter of letters) {
      const answers = answersTo(all, letter.id);
      this.#cards.get(letter.id)?.show(letter, answers, this.#orders.standing(letter.id));
    }
  }

  /** @param {Shown} letter */
  #card(letter) {
    const card = this.#cards.get(letter.id) ?? new LetterCard(this.#replica, letter, this.#child);
    this.#cards.set(letter.id, card);
    return card;
  }
}

customElements.define("fs-letters", LettersView);
