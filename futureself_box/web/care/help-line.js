/** One helpline: who it is, how to reach it now, and whether somebody confirmed it lately. */

/** @import { Helpline } from "./helplines.js" */
/** @import { CareWords } from "./words.js" */

import { part, stamp } from "../dom.js";
import { dialable, isUnconfirmed } from "./helplines.js";

export class HelpLine extends HTMLElement {
  /**
   * @param {Helpline} line
   * @param {CareWords["card"]} words
   */
  show(line, words) {
    this.replaceChildren(stamp("help-line"));
    part(this, "name", HTMLElement).textContent = line.name;
    part(this, "hours", HTMLElement).textContent = line.hours === "00:00-24:00" ? "24 h" : line.hours;
    part(this, "check", HTMLElement).textContent = isUnconfirmed(line) ? (words["check"] ?? "") : "";
    this.#showCall(line, words);
    const text = part(this, "text", HTMLElement);
    text.hidden = !line.sms;
    text.textContent = `${words["text"]}: ${line.sms}`;
  }

  /**
   * @param {Helpline} line
   * @param {CareWords["card"]} words
   */
  #showCall({ dial, name }, words) {
    const call = part(this, "call", HTMLAnchorElement);
    const byHand = part(this, "by-hand", HTMLElement);
    const number = dialable(dial);
    call.hidden = number === null;
    byHand.hidden = number !== null || !dial;
    if (number !== null) call.href = `tel:${number}`;
    call.textContent = dial;
    call.setAttribute("aria-label", `${words["call"]} ${name}, ${dial}`);
    byHand.textContent = `${words["dial"]}: ${dial}`;
  }
}

customElements.define("fs-help-line", HelpLine);
