/** How close the member feels to who they will be, and how they feel now: rated monthly, or never. */

/** @import { Api } from "../api.js" */
/** @import { Replica } from "../records/replica.js" */

import { part, stamp } from "../dom.js";
import { InstrumentCard } from "./instrument-card.js";
import { ask } from "./questions.js";

export class ClosenessView extends HTMLElement {
  #api;
  #replica;
  /** @type {Map<string, InstrumentCard>} */
  #cards = new Map();

  /**
   * @param {Api} api
   * @param {Replica} replica
   */
  constructor(api, replica) {
    super();
    this.#api = api;
    this.#replica = replica;
  }

  connectedCallback() {
    this.replaceChildren(stamp("closeness"));
    this.#replica.addEventListener("change", () => this.#show());
  }

  /** Ask the box what may be rated, and show what was. */
  async refresh() {
    const asked = await ask(this.#api);
    part(this, "unknown", HTMLElement).hidden = asked !== null;
    const cards = (asked?.instruments ?? []).map((instrument) => {
      const kept = this.#cards.get(instrument.name);
      const card = kept ?? new InstrumentCard(this.#replica, instrument);
      this.#cards.set(instrument.name, card);
      return card;
    });
    part(this, "cards", HTMLElement).replaceChildren(...cards);
    this.#show();
  }

  #show() {
    for (const card of this.#cards.values()) if (card.isConnected) card.show();
  }
}

customElements.define("fs-closeness", ClosenessView);
