/**
 * The people of the household. Everyone may change their own name; the owner may rename, remove, and
 * bring back somebody who lost every phone. Dispatches `change` when a person is different now.
 */

/** @import { Api, Person } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";
import { PersonRow } from "./person-row.js";

export class PeopleList extends HTMLElement {
  /** What the rows say, as it came. */
  #shown = "";

  connectedCallback() {
    this.replaceChildren(stamp("people"));
  }

  /**
   * Ask the box and show what it says; on trouble the old list stays.
   * @param {Api} api
   * @param {boolean} isOwner whether the reader is the owner
   */
  async load(api, isOwner) {
    const error = part(this, "error", HTMLElement);
    try {
      const people = await api.members();
      error.textContent = "";
      // Who is drawn anew loses what somebody is typing in their row.
      const now = JSON.stringify([people, isOwner]);
      if (now === this.#shown) return this.querySelectorAll("fs-person").forEach(refresh);
      this.#shown = now;
      const rows = people.map((person) => this.#row(person, api, isOwner));
      part(this, "list", HTMLUListElement).replaceChildren(...rows);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
    }
  }

  /**
   * @param {Person} person
   * @param {Api} api
   * @param {boolean} isOwner
   */
  #row(person, api, isOwner) {
    const item = document.createElement("li");
    const row = new PersonRow(api, person, isOwner);
    row.addEventListener("change", () => {
      this.#shown = "";
      this.load(api, isOwner);
      this.dispatchEvent(new Event("change"));
    });
    item.append(row);
    return item;
  }
}

/** @param {Element} row */
function refresh(row) {
  if (row instanceof PersonRow) row.refresh();
}

customElements.define("fs-people", PeopleList);
