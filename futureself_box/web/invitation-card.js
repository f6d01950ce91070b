/** Makes an invitation and shows its code for as long as it works. */

/** @import { Api, Invitation } from "./api.js" */

import { Problem } from "./api.js";
import { grouped } from "./code-field.js";
import { part, stamp } from "./dom.js";
import { countdown } from "./words.js";

export class InvitationCard extends HTMLElement {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  /**
   * @param {Api} api
   * @param {{ submit: string, nameLabel?: string }} words with a `nameLabel` it invites by name
   */
  begin(api, { submit, nameLabel }) {
    this.replaceChildren(stamp("invitation"));
    const name = part(this, "name", HTMLInputElement);
    const label = part(this, "name-label", HTMLLabelElement);
    name.id = `${this.dataset["part"]}-name`;
    label.htmlFor = name.id;
    label.textContent = nameLabel ?? "";
    part(this, "name-field", HTMLElement).hidden = !nameLabel;
    part(this, "submit", HTMLButtonElement).textContent = submit;
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (nameLabel && !name.value.trim()) return this.#complain("Type their name first.", name);
      this.#invite(api, nameLabel ? name.value.trim() : undefined);
    });
    part(this, "done", HTMLButtonElement).addEventListener("click", () => this.#close());
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
  }

  /**
   * @param {Api} api
   * @param {string} [name]
   */
  async #invite(api, name) {
    try {
      this.#show(await api.invite(name), Boolean(name));
      part(this, "name", HTMLInputElement).value = "";
      this.#complain("");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#complain(`${problem.message} ${problem.hint}`);
    }
  }

  /**
   * @param {Invitation} invitation
   * @param {boolean} forSomebody
   */
  #show({ code, name, expires_in_s }, forSomebody) {
    const lead = part(this, "lead", HTMLElement);
    lead.textContent = forSomebody
      ? `${name} opens the box’s address and types this code:`
      : "Open the box’s address on that device and type:";
    part(this, "code", HTMLElement).textContent = grouped(code);
    this.#swap(true);
    lead.focus();
    this.#countDown(Date.now() + expires_in_s * 1000);
  }

  /** @param {number} endsAt milliseconds since 1970 */
  #countDown(endsAt) {
    clearInterval(this.#ticking);
    const tick = () => {
      const left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
      part(this, "left", HTMLElement).textContent = left
        ? `It works once, for ${countdown(left)} more.`
        : "This code is over. Make a new one.";
      part(this, "ticket", HTMLElement).classList.toggle("over", !left);
      if (!left) clearInterval(this.#ticking);
    };
    this.#ticking = setInterval(tick, 1000);
    tick();
  }

  #close() {
    clearInterval(this.#ticking);
    this.#swap(false);
    part(this, "submit", HTMLButtonElement).focus();
  }

  /** @param {boolean} ticket */
  #swap(ticket) {
    part(this, "ticket", HTMLElement).hidden = !ticket;
    part(this, "form", HTMLFormElement).hidden = ticket;
  }

  /**
   * @param {string} words
   * @param {HTMLElement} [field]
   */
  #complain(words, field) {
    part(this, "error", HTMLElement).textContent = words;
    field?.focus();
  }
}

customElements.define("fs-invitation", InvitationCard);
