/**
 * How a device comes in: the first person by what the box shows on its terminal, everyone else by an
 * invitation. Dispatches `joined`, whose detail is what this device is from then on; `set-up`, likewise,
 * for who has just become the owner; and `ask`, whose detail are the typed digits of an invitation.
 */

/** @import { Api, Joined } from "./api.js" */

import { Problem } from "./api.js";
import { CodeField } from "./code-field.js";
import { deviceName } from "./device-name.js";
import { part, stamp } from "./dom.js";
import { SheetEntry } from "./sheet-entry.js";

const WORDS = {
  setUp: {
    title: "Hello.",
    lead: "This box is new. Its screen or terminal shows a set-up code.",
    code: "Set-up code",
    submit: "Set up the box",
  },
  scanned: {
    title: "Hello.",
    lead: "This box is new, and it will be yours.",
    code: "",
    submit: "Set up the box",
  },
  join: {
    title: "Welcome home.",
    lead: "Someone at home can show you an invitation code.",
    code: "Invitation code",
    submit: "Join",
  },
  installed: {
    title: "Almost there.",
    lead: "In the browser, open Me and tap “Add a device of mine”. Type that code here.",
    code: "Invitation code",
    submit: "Join",
  },
};

export class EntranceView extends HTMLElement {
  #api;
  #isNew;
  #secret;
  #notice;

  /**
   * @param {Api} api
   * @param {object} how
   * @param {boolean} how.isNew whether the box has no owner yet
   * @param {string} [how.secret] the set-up secret that a QR brought along
   * @param {string} [how.notice] why the person is here again
   */
  constructor(api, { isNew, secret = "", notice = "" }) {
    super();
    this.#api = api;
    this.#isNew = isNew;
    this.#secret = secret;
    this.#notice = notice;
  }

  connectedCallback() {
    this.replaceChildren(stamp("entrance"));
    const words = this.#words();
    part(this, "title", HTMLHeadingElement).textContent = words.title;
    part(this, "lead", HTMLElement).textContent = words.lead;
    part(this, "code-label", HTMLElement).textContent = words.code;
    part(this, "submit", HTMLElement).textContent = words.submit;
    part(this, "code-fields", HTMLElement).hidden = this.#secret !== "";
    part(this, "name-field", HTMLElement).hidden = !this.#isNew;
    const notice = part(this, "notice", HTMLElement);
    notice.hidden = !this.#notice;
    notice.textContent = this.#notice;
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    if (!this.#isNew) this.#offerSheet();
  }

  #words() {
    if (this.#isNew) return this.#secret ? WORDS.scanned : WORDS.setUp;
    return matchMedia("(display-mode: standalone)").matches ? WORDS.installed : WORDS.join;
  }

  #offerSheet() {
    const entry = part(this, "sheet-entry", SheetEntry);
    entry.begin(this.#api);
    entry.addEventListener("joined", (event) => {
      const { detail } = /** @type {CustomEvent<Joined>} */ (event);
      this.dispatchEvent(new CustomEvent("joined", { detail }));
    });
  }

  async #submit() {
    const submit = part(this, "submit", HTMLButtonElement);
    if (submit.disabled || !this.#filled()) return;
    const { digits } = part(this, "code", CodeField);
    if (!this.#isNew) {
      this.dispatchEvent(new CustomEvent("ask", { detail: digits }));
      return;
    }
    submit.disabled = true;
    try {
      const name = part(this, "name", HTMLInputElement).value.trim();
      const detail = await this.#api.setUp(this.#secret || digits, name, deviceName());
      this.dispatchEvent(new CustomEvent("set-up", { detail }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#refused(problem);
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {Problem} problem */
  #refused(problem) {
    this.#complain(`${problem.message} ${problem.hint}`);
    // A QR that is over leaves the digits that the box shows by now.
    if (this.#secret && ["code_wrong", "code_spent"].includes(problem.code)) {
      this.#secret = "";
      part(this, "code-label", HTMLElement).textContent = WORDS.setUp.code;
      part(this, "code-fields", HTMLElement).hidden = false;
    }
    part(this, "code", CodeField).focus();
  }

  #filled() {
    const code = part(this, "code", CodeField);
    const name = part(this, "name", HTMLInputElement);
    if (!this.#secret && !code.complete) {
      this.#complain("The code has 8 digits. Type them all.");
      code.focus();
      return false;
    }
    if (this.#isNew && !name.value.trim()) {
      this.#complain("Your future self needs your name.");
      name.focus();
      return false;
    }
    this.#complain("");
    return true;
  }

  /** @param {string} words */
  #complain(words) {
    part(this, "error", HTMLElement).textContent = words;
  }
}

customElements.define("fs-entrance", EntranceView);
