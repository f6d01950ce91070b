/** The button that opens the card, on every screen of the app and before anybody is let in. */

import { HelpCard } from "./help-card.js";
import { words } from "./words.js";

export class HelpButton extends HTMLElement {
  async connectedCallback() {
    const button = this.querySelector("button");
    button?.addEventListener("click", () => openHelp());
    const label = this.querySelector("span");
    if (label) label.textContent = (await words()).card["open"] ?? "";
  }
}

/** @param {import("./helplines.js").ForWhom} [first] */
export function openHelp(first) {
  const card = document.getElementById("help");
  if (card instanceof HelpCard) card.open(first);
}

customElements.define("fs-help-button", HelpButton);
