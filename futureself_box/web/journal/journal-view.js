/**
 * The journal, and the first screen: one line and one mood, then what was written before. All of it
 * is read from and written to this phone; the box is told in the background.
 */

/** @import { Api } from "../api.js" */
/** @import { Link } from "../attachments/files.js" */
/** @import { Carrier } from "../attachments/carrier.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Change } from "../records/saving.js" */
/** @import { Sync } from "../records/sync.js" */
/** @import { EntryBody } from "./entries.js" */

import * as care from "../care/heard.js";
import { prepare } from "../care/recogniser.js";
import { AttachmentField } from "../attachments/attachment-list.js";
import { arrange, part, stamp } from "../dom.js";
import { keep, read } from "../kept.js";
import { LetterNotice } from "../letters/letter-notice.js";
import { discard, save } from "../records/saving.js";
import { uuid7 } from "../uuid.js";
import { day as dayInWords } from "../words.js";
import { affirmationOf } from "../goals/goals.js";
import { inOrder, KIND, localMoment, moodsByDay, newBody, onThisDay } from "./entries.js";
import { EntryCard } from "./entry-card.js";
import { EntryEditor } from "./entry-editor.js";
import { MoodChart } from "./mood-chart.js";
import { MoodField } from "./mood-field.js";
import { TrashList } from "./trash-list.js";
import { WordIndex } from "./word-index.js";

const FIRST_PAGE = 50;
const CHART_DAYS = 90;
const NO_LINE = {
  text: "",
  mood: /** @type {number | null} */ (null),
  attachments: /** @type {Link[]} */ ([]),
};

/** @returns {Link[]} what is picked and not saved yet, here and in the editor */
export function picked() {
  const drafts = [read("line-draft", NO_LINE), EntryEditor.interrupted];
  return drafts.flatMap((draft) => draft?.attachments ?? []);
}

export class JournalView extends HTMLElement {
  #api;
  #replica;
  #sync;
  #carrier;
  #shownCount = FIRST_PAGE;
  /** @type {Map<string, EntryCard>} */
  #cards = new Map();
  /** @type {Map<string, HTMLElement>} */
  #days = new Map();
  /** @type {Shown | null} */
  #edited = null;
  #drawing = false;
  /** @type {Shown[] | null} */
  #ordered = null;
  /** @type {Shown[] | null} the entries for which affirmation, past and moods were drawn */
  #surrounded = null;
  #words = new WordIndex();

  /**
   * @param {Api} api
   * @param {Replica} replica
   * @param {Sync} sync
   * @param {Carrier} carrier
   */
  constructor(api, replica, sync, carrier) {
    super();
    this.#api = api;
    this.#replica = replica;
    this.#sync = sync;
    this.#carrier = carrier;
  }

  connectedCallback() {
    this.replaceChildren(stamp("journal"));
    this.#listenToLine();
    this.#listenToEditor();
    const search = part(this, "search", HTMLInputElement);
    search.addEventListener("focus", () => this.#words.prepare(this.#entries()));
    search.addEventListener("input", () => this.#changed());
    part(this, "more", HTMLButtonElement).addEventListener("click", () => {
      this.#shownCount += FIRST_PAGE;
      this.#draw();
    });
    part(this, "letter", LetterNotice).begin(this.#replica);
    const trash = part(this, "trash", TrashList);
    trash.begin(this.#api, [KIND]);
    trash.addEventListener("change", () => this.#sync.refresh());
    this.#replica.addEventListener("change", () => {
      this.#ordered = null;
      this.#changed();
    });
    for (const source of [this.#sync, this.#carrier]) {
      source.addEventListener("state", () => this.#changed());
    }
    this.#draw();
    const interrupted = this.#entries().find(({ id }) => id === EntryEditor.interrupted?.entry);
    if (interrupted) this.#edit(interrupted);
  }

  #listenToLine() {
    const text = part(this, "line", HTMLTextAreaElement);
    const mood = part(this, "mood", MoodField);
    const files = part(this, "files", AttachmentField);
    const draft = read("line-draft", NO_LINE);
    text.value = draft.text;
    mood.value = draft.mood;
    files.begin(this.#carrier);
    files.value = draft.attachments ?? [];
    const form = part(this, "form", HTMLFormElement);
    const given = () => ({ text: text.value, mood: mood.value, attachments: files.value });
    const keepDraft = () => keep("line-draft", given());
    text.addEventListener("focus", () => prepare());
    form.addEventListener("input", keepDraft);
    form.addEventListener("change", keepDraft);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { mood: felt, attachments } = given();
      if (!text.value.trim() && felt === null && attachments.length === 0) return text.focus();
      const body = newBody({ ...given(), text: text.value.trim() });
      if (await this.#write({ kind: KIND, body })) {
        text.value = "";
        mood.value = null;
        files.value = [];
        keepDraft();
        navigator.storage?.persist?.();
      }
    });
  }

  #listenToEditor() {
    const editor = part(this, "editor", EntryEditor);
    editor.begin(this.#api, this.#carrier);
    editor.addEventListener("save", async (event) => {
      const body = /** @type {CustomEvent<EntryBody>} */ (event).detail;
      if (this.#edited && (await this.#write({ record: this.#edited.id, kind: KIND, body }))) {
        this.#close();
      }
    });
    editor.addEventListener("discard", async () => {
      if (this.#edited && this.#told(await discard(this.#replica, this.#edited))) this.#close();
    });
    editor.addEventListener("restored", () => {
      this.#sync.refresh();
      this.#close();
    });
    editor.addEventListener("close", () => this.#close());
  }

  /**
   * Show one entry, as when an answer names it.
   * @param {string} record
   */
  open(record) {
    const entry = this.#replica.shown(KIND).find(({ id }) => id === record);
    if (entry) this.#edit(entry);
  }

  /** @param {Shown} entry */
  #edit(entry) {
    this.#edited = entry;
    part(this, "reading", HTMLElement).hidden = true;
    part(this, "editor", EntryEditor).open(entry);
  }

  #close() {
    part(this, "editor", EntryEditor).done();
    part(this, "reading", HTMLElement).hidden = false;
    const card = this.#edited && this.#cards.get(this.#edited.id);
    this.#edited = null;
    if (card) part(card, "edit", HTMLButtonElement).focus();
  }

  /**
   * @param {Change} change
   * @returns {Promise<boolean>} whether it is on the phone
   */
  async #write(change) {
    const record = change.record ?? uuid7();
    const { attachments = [] } = /** @type {EntryBody} */ (change.body);
    // First, or a tab killed in between could let go of what its entry names.
    const problem = await this.#carrier.shelf.save(attachments, record);
    if (!this.#told(problem || (await save(this.#replica, { ...change, record })))) return false;
    care.look(this.#replica, KIND, record);
    return true;
  }

  /** @param {string} problem */
  #told(problem) {
    part(this, "error", HTMLElement).textContent = problem;
    part(this, "editor", EntryEditor).fail(problem);
    return !problem;
  }

  #entries() {
    this.#ordered ??= inOrder(this.#replica.shown(KIND));
    return this.#ordered;
  }

  /** Changes come in groups; one drawing for each frame of the screen is enough. */
  #changed() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#drawing = false;
    const all = this.#entries();
    const search = part(this, "search", HTMLInputElement).value.trim();
    const found = search ? this.#words.find(all, search) : all;
    this.#list(found.slice(0, this.#shownCount));
    part(this, "more", HTMLButtonElement).hidden = found.length <= this.#shownCount;
    const nothing = search ? "Nothing with these words." : "Nothing yet. One line is enough.";
    part(this, "empty", HTMLElement).textContent = found.length ? "" : nothing;
    part(this, "problem", HTMLElement).textContent = this.#sync.problem || this.#carrier.problem;
    // What surrounds the list goes through all entries too, and a search doesn't change it.
    if (this.#surrounded !== all) this.#drawSurroundings(all);
    const past = part(this, "past", HTMLElement);
    past.hidden = Boolean(search) || !part(past, "past-list", HTMLElement).childElementCount;
  }

  /** @param {Shown[]} all */
  #drawSurroundings(all) {
    this.#surrounded = all;
    const today = localMoment(new Date()).slice(0, 10);
    // On a hard day nothing greets and nothing is brought up.
    const isHard = care.isHardDay(this.#replica);
    this.#drawAffirmation(isHard ? null : affirmationOf(this.#replica.shown("affirmation"), today));
    this.#drawPast(isHard ? [] : onThisDay(all, today));
    const since = localMoment(new Date(Date.now() - CHART_DAYS * 86_400_000)).slice(0, 10);
    const felt = [...all, ...this.#replica.shown("check_in")];
    part(this, "chart", MoodChart).show(moodsByDay(felt, since));
  }

  /** @param {string | null} text */
  #drawAffirmation(text) {
    const place = part(this, "affirmation", HTMLElement);
    place.hidden = text === null;
    place.textContent = text;
  }

  /** @param {Shown[]} past */
  #drawPast(past) {
    const lines = past.map(({ head: { body } }) => {
      const line = document.createElement("li");
      line.append(`${body.day.slice(0, 4)}: ${body.text}`);
      return line;
    });
    part(this, "past-list", HTMLElement).replaceChildren(...lines);
  }

  /** @param {Shown[]} entries */
  #list(entries) {
    /** @type {HTMLElement[]} */
    const children = [];
    let day = "";
    for (const entry of entries) {
      if (entry.head.body.day !== day) {
        day = entry.head.body.day;
        children.push(this.#heading(day));
      }
      children.push(this.#card(entry));
    }
    arrange(part(this, "list", HTMLElement), children);
    const heard = care.heardLately(this.#replica);
    for (const entry of entries) this.#cards.get(entry.id)?.show(entry, heard.get(entry.head.rev_id));
  }

  /** @param {string} day */
  #heading(day) {
    const heading = this.#days.get(day) ?? document.createElement("h2");
    this.#days.set(day, heading);
    heading.textContent = dayInWords(Date.parse(`${day}T12:00:00`));
    return heading;
  }

  /** @param {Shown} entry */
  #card(entry) {
    const kept = this.#cards.get(entry.id);
    const card = kept ?? new EntryCard(this.#replica, this.#carrier);
    this.#cards.set(entry.id, card);
    if (!kept) {
      const now = () => this.#entries().find(({ id }) => id === entry.id) ?? entry;
      card.addEventListener("edit", () => this.#edit(now()));
      card.addEventListener("problem", (event) => {
        this.#told(/** @type {CustomEvent<string>} */ (event).detail);
      });
    }
    return card;
  }
}

customElements.define("fs-journal", JournalView);
