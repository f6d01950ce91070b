/**
 * Answers of the future self's that are under way: how far each is. The answer itself comes as a record.
 * Events: `change`; `written` when one is there to be read.
 */

/** @import { Api, LetterOrder } from "../api.js" */

import { Problem } from "../api.js";
import { keep, read } from "../kept.js";

const LOOK_AGAIN_MS = 3_000;
const ASKED = "letters-asked";

/** @typedef {{ words: string, busy: boolean }} Standing */

/** @type {Standing} */
const QUIET = { words: "", busy: false };

export class Orders extends EventTarget {
  #api;
  #isWatched;
  /** @type {Map<string, Standing>} by letter */
  #known = new Map();
  #looking = false;

  /**
   * @param {Api} api
   * @param {() => boolean} isWatched whether anybody looks; the box is not asked again where nobody does
   */
  constructor(api, isWatched) {
    super();
    this.#api = api;
    this.#isWatched = isWatched;
  }

  /**
   * What goes on for a letter; no words where nothing does.
   * @param {string} letter
   */
  standing(letter) {
    return this.#known.get(letter) ?? QUIET;
  }

  /**
   * Ask the future self to answer a letter.
   * @param {string} letter
   */
  async place(letter) {
    this.#say(letter, { words: "Asking the box", busy: true });
    try {
      this.#take(letter, await this.#api.askForLetter(letter));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const words = `It did not go through. ${problem.message} ${problem.hint}`;
      return this.#say(letter, { words, busy: false });
    }
    this.look([letter]);
  }

  /**
   * Look until every answer that is under way is there.
   * @param {string[]} letters that may have one
   */
  async look(letters) {
    keep(ASKED, [...new Set([...asked(), ...letters])]);
    if (this.#looking) return;
    this.#looking = true;
    while (asked().length && (await this.#lookAtAll()) && this.#isWatched()) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    this.#looking = false;
  }

  /** Whether the box answers; where it doesn't, the next look is when the screen is shown again. */
  async #lookAtAll() {
    try {
      for (const letter of asked()) this.#take(letter, await this.#api.letterOrder(letter));
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return false;
    }
  }

  /**
   * @param {string} letter
   * @param {LetterOrder} order
   */
  #take(letter, { state, problem }) {
    const busy = state === "waiting" || state === "running";
    if (!busy) keep(ASKED, asked().filter((other) => other !== letter));
    this.#say(letter, { words: inWords(state, problem), busy });
    if (state === "done") this.dispatchEvent(new Event("written"));
  }

  /**
   * @param {string} letter
   * @param {Standing} standing
   */
  #say(letter, standing) {
    this.#known.set(letter, standing);
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {LetterOrder["state"]} state
 * @param {string | null} problem
 */
function inWords(state, problem) {
  if (state === "failed") return "It did not work. Your letter is safe; ask once more.";
  if (state === "none" || state === "done") return "";
  if (problem) return "The model is not there yet. It is tried again by itself.";
  return "Your future self is writing. You need not wait here.";
}

/** @returns {string[]} letters whose answer is awaited */
function asked() {
  return read(ASKED, []);
}
