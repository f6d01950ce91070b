/**
 * The earlier versions of a record, each with its time and device, and a way to show one again. They
 * are on the box only: this phone keeps what is shown and what it wrote itself.
 */

/** @import { Api, Device, Version } from "../api.js" */
/** @import { Shown } from "./replica.js" */

import { Problem } from "../api.js";
import { part, stamp } from "../dom.js";
import { day, timeOfDay } from "../words.js";

const AWAY = "Earlier versions are on the box, and it is out of reach. They show when it is back.";
const NOT_THERE = "This has not reached the box, so it has no earlier versions there.";
const ON_THE_WAY = "Your newest words are still on their way to the box. Try again in a moment.";
const CHANGED = "Save what you changed above first, or leave it as it was.";

/**
 * Event `change`: an earlier version is shown again.
 * @typedef {object} Editing what the versions are those of
 * @property {(body: any) => string} words a version's body for a person
 * @property {() => boolean} isChanged whether words are typed that would be lost
 */
export class VersionList extends HTMLElement {
  /** @type {Api | null} */
  #api = null;
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Editing} */
  #editing = { words: () => "", isChanged: () => false };

  connectedCallback() {
    this.replaceChildren(stamp("versions"));
    const details = this.#details;
    details.addEventListener("toggle", () => details.open && this.#load());
  }

  /**
   * @param {Api} api
   * @param {Editing} editing
   */
  begin(api, editing) {
    this.#api = api;
    this.#editing = editing;
  }

  /** @param {Shown} shown */
  of(shown) {
    this.#shown = shown;
    this.#details.open = false;
    this.#say("");
    part(this, "list", HTMLElement).replaceChildren();
  }

  async #load() {
    const shown = this.#shown;
    if (!this.#api || !shown) return;
    this.#say("Asking the box");
    try {
      const [versions, devices] = await Promise.all([
        this.#api.history(shown.id),
        this.#api.devices(),
      ]);
      if (shown !== this.#shown) return;
      const rows = versions.toReversed().map((version) => this.#row(version, devices));
      part(this, "list", HTMLElement).replaceChildren(...rows);
      this.#say(versions.length > 1 ? "" : "There is only this version.");
    } catch (problem) {
      this.#failed(problem);
    }
  }

  /**
   * @param {Version} version
   * @param {Device[]} devices
   */
  #row({ revision, written_at, device, body }, devices) {
    const row = document.createElement("li");
    row.append(stamp("version"));
    const when = `${day(written_at)}, ${timeOfDay(written_at)}`;
    part(row, "time", HTMLElement).textContent = when;
    part(row, "device", HTMLElement).textContent = nameOf(device, devices);
    part(row, "text", HTMLElement).textContent = body ? this.#editing.words(body) : "In the trash";
    const isNow = revision === this.#shown?.head.rev_id;
    part(row, "now", HTMLElement).hidden = !isNow;
    const restore = part(row, "restore", HTMLButtonElement);
    restore.hidden = isNow || !body;
    restore.ariaLabel = `Show again: ${when}`;
    restore.addEventListener("click", () => this.#restore(revision));
    return row;
  }

  /** @param {string} revision */
  async #restore(revision) {
    if (!this.#api || !this.#shown) return;
    if (this.#editing.isChanged()) return this.#say(CHANGED);
    if (!this.#shown.head.acknowledged) return this.#say(ON_THE_WAY);
    try {
      await this.#api.restore(this.#shown.id, revision);
      this.dispatchEvent(new Event("change"));
    } catch (problem) {
      this.#failed(problem);
    }
  }

  /** @param {unknown} problem */
  #failed(problem) {
    if (!(problem instanceof Problem)) throw problem;
    const { status, message, hint } = problem;
    this.#say(status === 0 ? AWAY : status === 404 ? NOT_THERE : `${message} ${hint}`);
  }

  /** @param {string} words */
  #say(words) {
    part(this, "status", HTMLElement).textContent = words;
  }

  get #details() {
    return part(this, "details", HTMLDetailsElement);
  }
}

/**
 * @param {string} id
 * @param {Device[]} devices
 */
function nameOf(id, devices) {
  if (id === "box") return "The box";
  return devices.find((device) => device.id === id)?.name ?? "A device that was removed";
}

customElements.define("fs-versions", VersionList);
