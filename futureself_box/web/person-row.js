/** One person of the household, and what the reader may do about them. Dispatches `change`. */

/** @import { Api, Person } from "./api.js" */

import { Problem } from "./api.js";
import { TimeCard } from "./care/time-card.js";
import { ConfirmButton } from "./confirm-button.js";
import { part, stamp } from "./dom.js";
import { InvitationCard } from "./invitation-card.js";
import { moment } from "./words.js";

const ROLES = { owner: "Owner", adult: "Adult", child: "Child" };

export class PersonRow extends HTMLElement {
  #api;
  #person;
  #isOwner;

  /**
   * @param {Api} api
   * @param {Person} person
   * @param {boolean} isOwner whether the reader is the owner
   */
  constructor(api, person, isOwner) {
    super();
    this.#api = api;
    this.#person = person;
    this.#isOwner = isOwner;
  }

  connectedCallback() {
    this.replaceChildren(stamp("person"));
    const { name, role, birth_year, current } = this.#person;
    part(this, "name", HTMLElement).textContent = name;
    part(this, "current", HTMLElement).hidden = !current;
    const born = birth_year ? `, born ${birth_year}` : "";
    part(this, "role", HTMLElement).textContent = `${ROLES[role]}${born}`;
    if (this.#isOwner || current) this.#offerName();
    if (this.#isOwner && !current) this.#offerTheRest();
  }

  /** Ask again for what changes by itself: a child's time. */
  refresh() {
    const { id, name, role, current } = this.#person;
    if (!this.#isOwner || current || role !== "child") return;
    part(this, "time", TimeCard).load(this.#api, id, { childName: name });
  }

  #offerName() {
    const form = part(this, "form", HTMLFormElement);
    const field = part(this, "new-name", HTMLInputElement);
    const rename = part(this, "rename", HTMLButtonElement);
    field.id = `name-of-${this.#person.id}`;
    part(this, "new-name-label", HTMLLabelElement).htmlFor = field.id;
    rename.hidden = false;
    rename.ariaLabel = `Rename ${this.#person.name}`;
    rename.addEventListener("click", () => {
      rename.hidden = true;
      form.hidden = false;
      field.value = this.#person.name;
      field.select();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#change(() => this.#api.changeMember(this.#person.id, { name: field.value.trim() }));
    });
  }

  #offerTheRest() {
    const { id, name, role } = this.#person;
    const actions = part(this, "actions", HTMLElement);
    actions.hidden = false;
    this.#showRescue();
    if (role === "child") actions.append(this.#growUp(), this.#allowCloud());
    this.refresh();
    const words = {
      label: `Remove ${name}`,
      question: `Erase everything of ${name} for ever?`,
      yes: "Erase",
      no: "Keep",
    };
    actions.append(
      new ConfirmButton(words, async () => {
        await this.#api.removeMember(id);
        this.dispatchEvent(new Event("change"));
      }),
    );
  }

  #growUp() {
    const { id, name } = this.#person;
    const words = {
      label: `${name} is an adult now`,
      question: `Give ${name} the rights of an adult?`,
      yes: "Yes",
      no: "Not yet",
    };
    return new ConfirmButton(words, async () => {
      await this.#api.changeMember(id, { role: "adult" });
      this.dispatchEvent(new Event("change"));
    });
  }

  #allowCloud() {
    const { id, name, cloud_allowed } = this.#person;
    const words = cloud_allowed
      ? {
          label: `Keep ${name}’s words in the house`,
          question: `Copy nothing more of ${name} to the cloud?`,
          yes: "Copy nothing more",
          no: "Go on",
        }
      : {
          label: `Let ${name} have a cloud copy`,
          question: `May ${name} keep an encrypted copy outside the house?`,
          yes: "Yes",
          no: "Not yet",
        };
    return new ConfirmButton(words, async () => {
      await this.#api.allowCloud(id, !cloud_allowed);
      this.dispatchEvent(new Event("change"));
    });
  }

  #showRescue() {
    const { id, name, role, rescue } = this.#person;
    const actions = part(this, "actions", HTMLElement);
    const standing = rescue && !rescue.used_at ? rescue : null;
    if (!standing) {
      const wait = role === "child" ? "at once" : "after 48 hours of notice";
      const words = {
        label: `${name} lost every phone`,
        question: `A new phone can join ${wait}. ${name} sees a notice.`,
        yes: "Ask for it",
        no: "Cancel",
      };
      actions.append(
        new ConfirmButton(words, async () => {
          await this.#api.rescue(id);
          this.dispatchEvent(new Event("change"));
        }),
      );
      return;
    }
    const isReady = Date.parse(standing.ready_at) <= Date.now();
    part(this, "rescue", HTMLElement).textContent = isReady
      ? `A new phone of ${name} can join now.`
      : `A new phone can join from ${moment(standing.ready_at)}.`;
    part(this, "take-back", HTMLButtonElement).hidden = false;
    part(this, "take-back", HTMLButtonElement).addEventListener("click", () =>
      this.#change(() => this.#api.endRescue(id)),
    );
    if (isReady) this.#invite();
  }

  #invite() {
    const card = part(this, "invitation", InvitationCard);
    const { id } = this.#person;
    card.begin(this.#api, { submit: "Invite their new phone", purpose: { member: id } });
    card.hidden = false;
  }

  /** @param {() => Promise<unknown>} act */
  async #change(act) {
    try {
      await act();
      this.dispatchEvent(new Event("change"));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, "error", HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

customElements.define("fs-person", PersonRow);
