/**
 * The journal, and the first screen: one line and one mood, then what was written before. All of it
 * is read from and written to this phone; the box is told in the background.
 */

/** @import { Api } from "../api.js" */
/** @import { Revision } from "../records/heads.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Sync } from "../records/sync.js" */
/** @import { EntryBody } from "./entries.js" */

import { part, stamp } from "../dom.js";
import { keep, read } from "../kept.js";
import { day as dayInWords } from "../words.js";
import { find, inOrder, KIND, localMoment, moodsByDay, newBody, onThisDay } from "./entries.js";
import { EntryCard } from "./entry-card.js";
import { EntryEditor } from "./entry-editor.js";
import { MoodChart } from "./mood-chart.js";
import { MoodField } from "./mood-field.js";
import { TrashList } from "./trash-list.js";

const FIRST_PAGE = 50;
const CHART_DAYS = 90;
const FULL = "This phone has no room left. Your words stay here; free some space, then save again.";

export class JournalView extends HTMLElement {
  #api;
  #replica;
  #sync;
  #shownCount = FIRST_PAGE;
  /** @type {Map<string, EntryCard>} */
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
    this.replaceChildren(stamp("journal"));
    this.#listenToLine();
    this.#listenToEditor();
    part(this, "search", HTMLInputElement).addEventListener("input", () => this.#changed());
    part(this, "more", HTMLButtonElement).addEventListener("click", () => {
      this.#shownCount += FIRST_PAGE;
      this.#draw();
    });
    const trash = part(this, "trash", TrashList);
    trash.begin(this.#api);
    trash.addEventListener("change", () => this.#sync.refresh());
    this.#replica.addEventListener("change", () => this.#changed());
    this.#sync.addEventListener("state", () => this.#changed());
    this.#draw();
    const interrupted = this.#entries().find(({ id }) => id === EntryEditor.interrupted);
    if (interrupted) this.#edit(interrupted);
  }

  #listenToLine() {
    const text = part(this, "line", HTMLTextAreaElement);
    const mood = part(this, "mood", MoodField);
    const draft = read("line-draft", { text: "", mood: /** @type {number | null} */ (null) });
    text.value = draft.text;
    mood.value = draft.mood;
    const form = part(this, "form", HTMLFormElement);
    const keepDraft = () => keep("line-draft", { text: text.value, mood: mood.value });
    form.addEventListener("input", keepDraft);
    form.addEventListener("change", keepDraft);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!text.value.trim() && mood.value === null) return text.focus();
      const body = newBody(text.value.trim(), mood.value);
      if (await this.#write({ kind: KIND, body })) {
        text.value = "";
        mood.value = null;
        keepDraft();
        navigator.storage?.persist?.();
      }
    });
  }

  #listenToEditor() {
    const editor = part(this, "editor", EntryEditor);
    editor.addEventListener("save", async (event) => {
      const body = /** @type {CustomEvent<EntryBody>} */ (event).detail;
      if (this.#edited && (await this.#write({ record: this.#edited.id, kind: KIND, body }))) {
        this.#close();
      }
    });
    editor.addEventListener("discard", async () => {
      if (!this.#edited) return;
      const { id, others } = this.#edited;
      const settles = others.map(({ rev_id }) => rev_id);
      if (await this.#write({ record: id, kind: KIND, op: "del", settles })) this.#close();
    });
    editor.addEventListener("close", () => this.#close());
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
   * @param {Parameters<Replica["write"]>[0]} change
   * @returns {Promise<boolean>} whether it is on the phone
   */
  async #write(change) {
    const error = part(this, "error", HTMLElement);
    try {
      await this.#replica.write(change);
      error.textContent = "";
      return true;
    } catch (problem) {
      if (!(problem instanceof DOMException)) throw problem;
      error.textContent = FULL;
      part(this, "editor", EntryEditor).fail(FULL);
      return false;
    }
  }

  #entries() {
    return inOrder(this.#replica.shown(KIND));
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
    const search = part(this, "search", HTMLInputElement).value;
    const found = search.trim() ? find(all, search) : all;
    const today = localMoment(new Date()).slice(0, 10);
    this.#list(found.slice(0, this.#shownCount));
    part(this, "more", HTMLButtonElement).hidden = found.length <= this.#shownCount;
    const nothing = search.trim() ? "Nothing with these words." : "Nothing yet. One line is enough.";
    part(this, "empty", HTMLElement).textContent = found.length ? "" : nothing;
    part(this, "problem", HTMLElement).textContent = this.#sync.problem;
    this.#drawPast(search.trim() ? [] : onThisDay(all, today));
    const since = localMoment(new Date(Date.now() - CHART_DAYS * 86_400_000)).slice(0, 10);
    part(this, "chart", MoodChart).show(moodsByDay(all, since));
  }

  /** @param {Shown[]} past */
  #drawPast(past) {
    part(this, "past", HTMLElement).hidden = past.length === 0;
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
        const noon = Date.parse(`${day}T12:00:00`);
        children.push(
          Object.assign(document.createElement("h2"), { textContent: dayInWords(noon) }),
        );
      }
      children.push(this.#card(entry));
    }
    part(this, "list", HTMLElement).replaceChildren(...children);
    for (const entry of entries) this.#cards.get(entry.id)?.show(entry);
  }

  /** @param {Shown} entry */
  #card(entry) {
    const kept = this.#cards.get(entry.id);
    const card = kept ?? new EntryCard();
    this.#cards.set(entry.id, card);
    if (!kept) {
      const now = () => this.#entries().find(({ id }) => id === entry.id) ?? entry;
      card.addEventListener("edit", () => this.#edit(now()));
      for (const how of /** @type {const} */ (["keep-both", "keep-other", "keep-first"])) {
        card.addEventListener(how, (event) => {
          this.#settle(now(), /** @type {CustomEvent<Revision>} */ (event).detail, how);
        });
      }
    }
    return card;
  }

  /**
   * @param {Shown} entry
   * @param {Revision} other
   * @param {"keep-both" | "keep-other" | "keep-first"} how
   */
  async #settle({ id, head }, other, how) {
    if (how === "keep-both" && !(await this.#write({ kind: KIND, body: other.body }))) return;
    const body = how === "keep-other" ? other.body : head.body;
    await this.#write({ record: id, kind: KIND, body, settles: [other.rev_id] });
  }
}

customElements.define("fs-journal", JournalView);
