/**
 * The life that the box imagined: asked for, watched while it is made, read line by line, put right and
 * approved. Until then the future self doesn't remember it.
 */

/** @import { Api, Imagining } from "../api.js" */
/** @import { Replica, Shown } from "../records/replica.js" */
/** @import { Sync } from "../records/sync.js" */
/** @import { Line } from "./life-line.js" */

import { Problem } from "../api.js";
import { part, stamp } from "../dom.js";
import { localMoment } from "../journal/entries.js";
import { discard, save } from "../records/saving.js";
import { LifeLine } from "./life-line.js";

const PARTS = /** @type {const} */ (["summary", "highlights", "setbacks", "moments", "scene"]);
const ASK_AGAIN_MS = 3_000;

export class LifeView extends HTMLElement {
  #api;
  #replica;
  #sync;
  /** @type {Imagining | null} */
  #imagining = null;
  #watching = false;
  #drawn = "";

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
    this.replaceChildren(stamp("life"));
    this.#replica.addEventListener("change", () => this.#show());
    for (const name of ["first", "another"]) {
      part(this, name, HTMLButtonElement).addEventListener("click", () => this.#imagine());
    }
    part(this, "approve", HTMLButtonElement).addEventListener("click", () => this.#approve());
    this.#show();
  }

  /** Ask the box how far it is. */
  async refresh() {
    await this.#ask(() => this.#api.imagining());
    this.#watch();
  }

  async #imagine() {
    const life = this.#life;
    const isSame = life !== null && life.head.body.answers === this.#imagining?.answers;
    await this.#ask(() => this.#api.imagine(isSame ? (life.head.body.variation ?? 0) + 1 : 0));
    this.#watch();
  }

  /** @param {() => Promise<Imagining>} ask */
  async #ask(ask) {
    try {
      this.#imagining = await ask();
      part(this, "error", HTMLElement).textContent = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, "error", HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
    this.#show();
  }

  /** Until the life is there; it comes as a record, like everything else. */
  async #watch() {
    if (this.#watching) return;
    this.#watching = true;
    while (this.#isUnderWay && this.isConnected) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      if (!this.hidden) await this.#ask(() => this.#api.imagining());
    }
    this.#watching = false;
    this.#sync.refresh();
  }

  get #isUnderWay() {
    return ["waiting", "running"].includes(this.#imagining?.order.state ?? "none");
  }

  /** @returns {Shown | null} the newest, which may wait to be approved */
  get #life() {
    const lives = this.#replica.shown("future_memory");
    return lives.sort((a, b) => (a.head.clock < b.head.clock ? -1 : 1))[lives.length - 1] ?? null;
  }

  #show() {
    const life = this.#life;
    const body = life?.head.body;
    part(this, "status", HTMLElement).textContent = this.#status;
    part(this, "none", HTMLElement).hidden = body !== undefined || this.#isUnderWay;
    part(this, "whole", HTMLElement).hidden = body === undefined;
    if (!life) return;
    part(this, "approve", HTMLElement).hidden = body.approved_at !== undefined;
    part(this, "approved", HTMLElement).hidden = body.approved_at === undefined;
    part(this, "another", HTMLButtonElement).disabled = this.#isUnderWay;
    const older = this.#imagining !== null && body.answers !== this.#imagining.answers;
    part(this, "older", HTMLElement).hidden = !older;
    const others = this.#replica.shown("future_memory").length > 1;
    part(this, "waits", HTMLElement).hidden = !others || body.approved_at !== undefined;
    const age = body.age === undefined ? "" : `, when you are ${body.age}`;
    part(this, "until", HTMLElement).textContent = `A life until ${body.year}${age}.`;
    this.#draw(life);
  }

  get #status() {
    const order = this.#imagining?.order;
    if (order?.state === "failed") return "It did not work. Your answers are safe; ask once more.";
    if (!order || !this.#isUnderWay) return "";
    if (order.problem) return "The model is not there yet. It is tried again by itself.";
    if (order.state === "waiting") return "It is next in line.";
    return `Imagining: ${order.lines} of ${order.of} lines.`;
  }

  /** @param {Shown} life */
  #draw(life) {
    // A form that is open is not taken away by what another phone wrote.
    if (this.#drawn === life.head.rev_id || this.querySelector("fs-life-line form:not([hidden])")) return;
    this.#drawn = life.head.rev_id;
    for (const name of PARTS) {
      const lines = /** @type {Line[]} */ (life.head.body[name] ?? []).map((line, at) => {
        const element = new LifeLine(line);
        element.addEventListener("correct", (event) => {
          this.#correct(name, at, /** @type {CustomEvent<Line>} */ (event).detail);
        });
        return element;
      });
      part(this, name, HTMLElement).replaceChildren(...lines);
    }
  }

  /**
   * @param {typeof PARTS[number]} name
   * @param {number} at
   * @param {Line} line
   */
  async #correct(name, at, line) {
    const life = this.#life;
    if (!life) return;
    const lines = /** @type {Line[]} */ (life.head.body[name]).with(at, line);
    await this.#write(life, { ...life.head.body, [name]: lines });
    this.#drawn = "";
    for (const form of this.querySelectorAll("fs-life-line form")) {
      if (form instanceof HTMLElement) form.hidden = true;
    }
    this.#show();
  }

  async #approve() {
    const life = this.#life;
    if (!life) return;
    const older = this.#replica.shown("future_memory").filter(({ id }) => id !== life.id);
    const problem = await this.#write(life, { ...life.head.body, approved_at: localMoment(new Date()) });
    if (problem) return;
    for (const one of older) await discard(this.#replica, one);
    part(this, "approved", HTMLElement).focus();
  }

  /**
   * @param {Shown} life
   * @param {any} body
   */
  async #write({ id }, body) {
    const problem = await save(this.#replica, { record: id, kind: "future_memory", body });
    part(this, "error", HTMLElement).textContent = problem;
    return problem;
  }
}

customElements.define("fs-life", LifeView);
