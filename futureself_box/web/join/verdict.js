/**
 * What several looks together say. One look is not enough: a name is asked for over the air and a
 * first question may be lost, but where the app opens decides where this device keeps its words.
 */

/** @import { Findings } from "./checks.js" */

/**
 * @typedef {"looking" | "away" | "untrusted" | "naming" | "trusted"} State
 * @typedef {{ state: State, origin?: string }} Judgement `origin` where the app is to open
 */

const LOOKS_FOR_THE_NAME = 3;
/** A name that led to the box a minute ago will do so again. */
const LOOKS_FOR_A_KNOWN_NAME = 8;
const LOST_LOOKS = 2;

export class Verdict {
  #isNameKnown = false;
  #lost = 0;
  #trusted = 0;

  /**
   * @param {Findings} findings
   * @returns {Judgement}
   */
  after({ reached, resolved, byName, byAddress }) {
    this.#isNameKnown ||= resolved;
    if (byName) return { state: "trusted", origin: byName };
    if (byAddress) return this.#withoutName(byAddress);
    this.#trusted = 0;
    this.#lost = reached ? 0 : this.#lost + 1;
    if (reached) return { state: "untrusted" };
    return { state: this.#lost < LOST_LOOKS ? "looking" : "away" };
  }

  /**
   * @param {string} origin
   * @returns {Judgement}
   */
  #withoutName(origin) {
    const enough = this.#isNameKnown ? LOOKS_FOR_A_KNOWN_NAME : LOOKS_FOR_THE_NAME;
    this.#trusted += 1;
    return this.#trusted < enough ? { state: "naming" } : { state: "trusted", origin };
  }
}
