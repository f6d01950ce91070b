/**
 * The people of the household. Everyone may change their own name; the owner may rename, remove, and
 * bring back somebody who lost every phone. Dispatches `change` when a person is different now.
 */

/** @import { Api, Person } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";
import { PersonRow } from "./person-row.js";

export class PeopleList extends HTMLElement {
  /**
   * What each row says, as it came, by the person's id.
   * @type {Map<string, string>}
   */
  #shown = new Map();

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
      this.#draw(people, api, isOwner);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
    }
  }

  /**
   * Only who is different now: a row that is drawn anew loses what somebody is typing in it.
   * @param {Person[]} people
   * @param {Api} api
   * @param {boolean} isOwner
   */
  #draw(people, api, isOwner) {
    const list = part(this, "list", HTMLUListElement);
    const before = this.#shown;
    this.#shown = new Map(people.map((one) => [one.id, JSON.stringify([one, isOwner])]));
    const isInPlace = [...before.keys()].join() === [...this.#shown.keys()].join();
    if (!isInPlace) {
      list.replaceChildren(...people.map((one) => this.#row(one, api, isOwner)));
      return;
    }
    people.forEach((one, at) => {
      const row = list.children[at];
      const isSame = before.get(one.id) === this.#shown.get(one.id);
      if (isSame) row?.querySelectorAll("fs-person").forEach(refresh);
      else row?.replaceWith(this.#row(one, api, isOwner));
    });
  }

  /**
   * @param {Person} person
   * @param {Api} api
   * @param {boolean} isOwner
   */
  #row(person, api, isOwner) {
    const item = document.createElement("li");
    const row = new PersonRow(api, person, isOwner);
    row.addEventListener("change", (event) => {
      // What somebody types in it sends the same event up.
      if (event.target !== row) return;
      this.#shown.set(person.id, "");
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
