/**
 * Finds thousands of phrases in a sentence at once: a tree whose branches are words, classes and gaps.
 * A class is a tree of its own, walked once for each place. As futureself/care/phrases.py on the box.
 */

import { CLAUSE } from "./spelling.js";

const GAP = 3;

/**
 * What a phrase says. For a sign of danger `sort` is its topic, and `tier` is 1 to 3.
 * @typedef {{ sort: string, tier: number, sure: boolean }} Meaning
 *
 * A phrase in a sentence: its words `start` to `end`.
 * @typedef {{ meaning: Meaning, start: number, end: number }} Found
 */

/** What may come next in some phrases, and what those that end here mean. */
export class Branch {
  /** @type {Map<string, Branch>} */
  words = new Map();
  /** @type {Map<string, Branch>} */
  beginnings = new Map();
  /** @type {Map<string, Branch>} */
  classes = new Map();
  /** @type {Branch | null} */
  gap = null;
  /** @type {Branch | null} */
  number = null;
  /** @type {Branch | null} */
  start = null;
  /** @type {Meaning[]} */
  meanings = [];
}

/** All phrases and the classes that they use; `negations` end a gap. */
export class Tree {
  root = new Branch();
  /** @type {Map<string, Branch>} */
  classes = new Map();
  /** @type {Set<string>} */
  negations = new Set();

  /**
   * Every phrase in a sentence: the longest of each meaning from each word on.
   * @param {string[]} words
   */
  find(words) {
    const walk = new Walk(this, words);
    /** @type {Found[]} */
    const found = [];
    for (let start = 0; start < words.length; start += 1) {
      /** @type {Map<Meaning, number>} */
      const ends = new Map();
      walk.from(this.root, start, (branch, end) => {
        for (const meaning of branch.meanings) {
          ends.set(meaning, Math.max(end, ends.get(meaning) ?? 0));
        }
      });
      for (const [meaning, end] of ends) found.push({ meaning, start, end });
    }
    return found;
  }
}

/** @typedef {(branch: Branch, end: number) => void} Take */

/** One sentence, with what the classes took at each of its words. */
class Walk {
  #tree;
  #words;
  /** @type {Map<string, number[]>[]} */
  #taken;

  /**
   * @param {Tree} tree
   * @param {string[]} words
   */
  constructor(tree, words) {
    this.#tree = tree;
    this.#words = words;
    this.#taken = Array.from({ length: words.length }, () => new Map());
  }

  /**
   * Hand on each branch below that has meanings, with the place behind its phrase.
   * @param {Branch} branch
   * @param {number} at
   * @param {Take} take
   */
  from(branch, at, take) {
    if (branch.meanings.length) take(branch, at);
    this.#steps(branch, at, (following, end) => this.from(following, end, take));
  }

  /**
   * @param {Branch} branch
   * @param {number} at
   * @param {Take} go
   */
  #steps(branch, at, go) {
    if (branch.gap) this.#gap(branch.gap, at, go);
    if (branch.start && (at === 0 || this.#words[at - 1] === CLAUSE)) go(branch.start, at);
    if (at === this.#words.length) return;
    for (const [name, following] of branch.classes) {
      for (const end of this.#class(name, at)) go(following, end);
    }
    this.#word(branch, at, go);
  }

  /**
   * @param {Branch} branch
   * @param {number} at
   * @param {Take} go
   */
  #word({ words, beginnings, number }, at, go) {
    const word = this.#words[at] ?? "";
    const exact = words.get(word);
    if (exact) go(exact, at + 1);
    for (let length = 2; beginnings.size && length <= word.length; length += 1) {
      const begun = beginnings.get(word.slice(0, length));
      if (begun) go(begun, at + 1);
    }
    if (number && /^\p{Nd}+$/u.test(word)) go(number, at + 1);
  }

  /**
   * Where the phrases of a class end that begin here.
   * @param {string} name
   * @param {number} at
   */
  #class(name, at) {
    const known = this.#taken[at]?.get(name);
    if (known) return known;
    /** @type {Set<number>} */
    const ends = new Set();
    const branch = this.#tree.classes.get(name);
    if (!branch) throw new TypeError(`no class ${name}`);
    this.from(branch, at, (_, end) => ends.add(end));
    const sorted = [...ends].sort((a, b) => a - b);
    this.#taken[at]?.set(name, sorted);
    return sorted;
  }

  /**
   * @param {Branch} behind
   * @param {number} at
   * @param {Take} go
   */
  #gap(behind, at, go) {
    for (let end = at; end <= Math.min(this.#words.length, at + GAP); end += 1) {
      go(behind, end);
      const word = this.#words[end];
      if (word === CLAUSE || (word !== undefined && this.#tree.negations.has(word))) return;
    }
  }
}
