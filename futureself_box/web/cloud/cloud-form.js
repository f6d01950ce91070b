/** Mail address and password of the member's account with the project. Dispatches `wish`. */

import { part, stamp } from "../dom.js";

export class CloudForm extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(stamp("cloud-form"));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#wish("sign-in");
    });
    part(this, "sign-up", HTMLButtonElement).addEventListener("click", () => this.#wish("sign-up"));
  }

  /** @param {{ hidden: boolean, busy: boolean, mail: string | null }} how */
  show({ hidden, busy, mail }) {
    this.hidden = hidden;
    for (const name of ["sign-in", "sign-up"]) {
      part(this, name, HTMLButtonElement).disabled = busy;
    }
    if (mail && !this.#field("mail").value) this.#field("mail").value = mail;
  }

  /** @param {"sign-in" | "sign-up"} way */
  #wish(way) {
    const [mail, password] = [this.#field("mail"), this.#field("password")];
    if (!part(this, "form", HTMLFormElement).reportValidity()) return;
    const detail = { way, mail: mail.value.trim(), password: password.value };
    password.value = "";
    this.dispatchEvent(new CustomEvent("wish", { detail }));
  }

  /** @param {string} name */
  #field(name) {
    return part(this, name, HTMLInputElement);
  }
}

customElements.define("fs-cloud-form", CloudForm);
