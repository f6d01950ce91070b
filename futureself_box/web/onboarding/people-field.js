/** People and who they are to the member: a line for each, and one more that is empty. */

import { part, stamp } from "../dom.js";

const MOST = 30;

/** @typedef {{ name: string, role?: string }} Named */

export class PeopleField extends HTMLElement {
  static tag = /** @type {const} */ ("fs-named-people");

  /** @type {Named[]} */
  #people = [];

  connectedCallback() {
    if (this.childElementCount === 0) this.#draw();
    this.addEventListener("input", () => {
      const rows = [...this.children];
      const last = rows[rows.length - 1];
      if (rows.length < MOST && last && part(last, "name", HTMLInputElement).value) this.#add({ name: "" });
    });
  }

  get people() {
    return [...this.children].map(read).filter(({ name }) => name);
  }

  set people(people) {
    this.#people = people;
    if (this.isConnected) this.#draw();
  }

  #draw() {
    this.replaceChildren();
    for (const one of [...this.#people, { name: "" }].slice(0, MOST)) this.#add(one);
  }

  /** @param {Named} one */
  #add({ name, role = "" }) {
    const row = document.createElement("div");
    row.className = "named";
    row.append(stamp("named-person"));
    const number = this.childElementCount + 1;
    const fields = { name: `Name ${number}`, role: `Who ${number} is to you` };
    for (const [field, label] of Object.entries(fields)) {
      const input = part(row, field, HTMLInputElement);
      input.ariaLabel = label;
      input.value = field === "name" ? name : role;
    }
    this.append(row);
  }
}

/** @param {Element} row */
function read(row) {
  const [name, role] = ["name", "role"].map((field) => part(row, field, HTMLInputElement).value.trim());
  return role ? { name, role } : { name };
}

customElements.define(PeopleField.tag, PeopleField);
