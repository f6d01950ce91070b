/**
 * How a device comes in: the first person by the code on the box's terminal, everyone else by an
 * invitation. Dispatches `joined`, whose detail is what this device is from then on.
 */

/** @import { Api, Joined } from "./api.js" */

import { Problem } from "./api.js";
import { CodeField } from "./code-field.js";
import { deviceName } from "./device-name.js";
import { part, stamp } from "./dom.js";

const WORDS = {
  setUp: {
    title: "Hello.",
    lead: "This box is new. Its screen or terminal shows a set-up code.",
    code: "Set-up code",
    submit: "Set up the box",
  },
  join: {
    title: "Welcome home.",
    lead: "Someone at home can show you an invitation code.",
    code: "Invitation code",
    submit: "Join",
  },
};

export class EntranceView extends HTMLElement {
  #api;
  #isNew;
  #notice;

  /**
   * @param {Api} api
   * @param {boolean} isNew whether the box has no owner yet
   * @param {string} [notice] why the person is here again
   */
  constructor(api, isNew, notice = "") {
    super();
    this.#api = api;
    this.#isNew = isNew;
    this.#notice = notice;
  }

  connectedCallback() {
    this.replaceChildren(stamp("entrance"));
    const words = this.#isNew ? WORDS.setUp : WORDS.join;
    part(this, "title", HTMLHeadingElement).textContent = words.title;
    part(this, "lead", HTMLElement).textContent = words.lead;
    part(this, "code-label", HTMLElement).textContent = words.code;
    part(this, "submit", HTMLElement).textContent = words.submit;
    part(this, "name-field", HTMLElement).hidden = !this.#isNew;
    const notice = part(this, "notice", HTMLElement);
    notice.hidden = !this.#notice;
    notice.textContent = this.#notice;
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  async #submit() {
    const submit = part(this, "submit", HTMLButtonElement);
    if (submit.disabled || !this.#filled()) return;
    submit.disabled = true;
    try {
      const detail = await this.#enter();
      this.dispatchEvent(new CustomEvent("joined", { detail }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#complain(`${problem.message} ${problem.hint}`);
      part(this, "code", CodeField).focus();
    } finally {
      submit.disabled = false;
    }
  }

  /** @returns {Promise<Joined>} */
  #enter() {
    const { digits } = part(this, "code", CodeField);
    const name = part(this, "name", HTMLInputElement).value.trim();
    return this.#isNew
      ? this.#api.setUp(digits, name, deviceName())
      : this.#api.join(digits, deviceName());
  }

  #filled() {
    const code = part(this, "code", CodeField);
    const name = part(this, "name", HTMLInputElement);
    if (!code.complete) {
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
