/** Which entries have the words of a search, found without reading them all again each time. */

/** @import { Shown } from "../records/replica.js" */
/** @import { EntryBody } from "./entries.js" */

const WORD = /[\p{L}\p{N}]+/gu;
/** Entries between two looks at whether the person has typed. */
const SLICE = 100;

/** An inverted index in memory. What was edited or thrown away stays in it until the app is closed. */
export class WordIndex {
  /** @type {Map<EntryBody, number>} */
  #numbers = new Map();
  /** @type {Map<string, number[]>} the numbers of the entries that have a word */
  #holders = new Map();

  /**
   * Take entries in, a few at a time, before a search needs them.
   * @param {Shown[]} shown
   */
  async prepare(shown) {
    for (let at = 0; at < shown.length; at += SLICE) {
      for (const { head } of shown.slice(at, at + SLICE)) this.#add(head.body);
      await new Promise((done) => setTimeout(done));
    }
  }

  /**
   * Those that have every word of a search; a word may be a beginning, accents don't matter.
   * @param {Shown[]} shown
   * @param {string} search
   */
  find(shown, search) {
    for (const { head } of shown) this.#add(head.body);
    const marks = wordsOf(search).map((word) => this.#markHolders(word));
    return shown.filter(({ head }) => {
      const number = this.#numbers.get(head.body) ?? 0;
      return marks.every((marked) => marked[number]);
    });
  }

  /** @param {EntryBody} body */
  #add(body) {
    if (this.#numbers.has(body)) return;
    const number = this.#numbers.size;
    this.#numbers.set(body, number);
    for (const word of new Set(wordsOf(`${body.text}\n${(body.tags ?? []).join("\n")}`))) {
      const holders = this.#holders.get(word);
      if (holders) holders.push(number);
      else this.#holders.set(word, [number]);
    }
  }

  /** @param {string} beginning */
  #markHolders(beginning) {
    const marked = new Uint8Array(this.#numbers.size);
    for (const [word, holders] of this.#holders) {
      if (word.startsWith(beginning)) for (const number of holders) marked[number] = 1;
    }
    return marked;
  }
}

/** @param {string} text */
function wordsOf(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(WORD) ?? [];
}
