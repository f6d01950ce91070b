/**
 * How long a member was here this week, and a child's protections. A parent and the child see the same
 * of it, and never a word; only the parent may change the quiet hours.
 */

/** @import { Api, Presence, QuietHours } from "../api.js" */

import { Problem } from "../api.js";
import { part, stamp } from "../dom.js";

const PROTECTED = {
  parent: "Protections for children are on. You see this much, and never a word. Your child sees the same.",
  child: "Protections for children are on. A parent sees this much, and never a word of yours.",
};
const FIRST = { begins: "21:00", ends: "07:00" };

export class TimeCard extends HTMLElement {
  #childName = "";

  connectedCallback() {
    this.replaceChildren(stamp("time-card"));
  }

  /**
   * @param {Api} api
   * @param {string} member
   * @param {{ childName?: string }} [of] the child's name, where a parent reads
   */
  async load(api, member, { childName = "" } = {}) {
    this.#childName = childName;
    /** @param {QuietHours | null} hours */
    const choose = async (hours) => {
      await api.chooseQuiet(member, hours);
      return api.presence(member);
    };
    const form = part(this, "form", HTMLFormElement);
    form.oninput = () => (form.dataset["typed"] = "yes");
    form.onsubmit = (event) => {
      event.preventDefault();
      delete form.dataset["typed"];
      const begins = part(this, "begins", HTMLInputElement).value;
      const ends = part(this, "ends", HTMLInputElement).value;
      if (begins && ends) this.#show(choose({ begins, ends }));
    };
    part(this, "lift", HTMLButtonElement).onclick = () => this.#show(choose(null));
    await this.#show(api.presence(member));
  }

  /** @param {Promise<Presence>} asked */
  async #show(asked) {
    const trouble = part(this, "trouble", HTMLElement);
    try {
      this.#draw(await asked);
      trouble.textContent = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      trouble.textContent = `${problem.message} ${problem.hint}`;
    }
    this.hidden = false;
  }

  /** @param {Presence} found */
  #draw({ minutes_this_week, minutes_last_week, protected: isProtected, quiet, clock }) {
    const name = this.#childName;
    part(this, "time", HTMLElement).textContent =
      `${name ? `${name}’s time here` : "Here"} since Monday: ${inWords(minutes_this_week)}. The week before: ${inWords(minutes_last_week)}.`;
    this.#tell("protected", isProtected ? PROTECTED[name ? "parent" : "child"] : "");
    this.#tell("quiet", isProtected ? quietInWords(quiet) : "");
    this.#tell("clock", name ? `The box’s clock says ${clock}.` : "");
    const form = part(this, "form", HTMLFormElement);
    form.hidden = !name;
    part(this, "lift", HTMLButtonElement).hidden = !quiet;
    if (form.dataset["typed"]) return;
    const { begins, ends } = quiet ?? FIRST;
    part(this, "begins", HTMLInputElement).value = begins;
    part(this, "ends", HTMLInputElement).value = ends;
  }

  /**
   * @param {string} name
   * @param {string} sentence
   */
  #tell(name, sentence) {
    part(this, name, HTMLElement).hidden = !sentence;
    part(this, name, HTMLElement).textContent = sentence;
  }
}

/** @param {QuietHours | null} quiet */
function quietInWords(quiet) {
  if (!quiet) return "No quiet hours are set.";
  return `From ${quiet.begins} until ${quiet.ends} the future self rests. Help and the journal stay open.`;
}

/** @param {number} minutes */
function inWords(minutes) {
  if (minutes < 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

customElements.define("fs-time-card", TimeCard);
