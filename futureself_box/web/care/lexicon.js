/**
 * The lexicon: the same plain files that the box reads, compiled on the phone when first needed. How a
 * line of them is read, futureself/care/lexicon.py says.
 */

/** @import { Meaning } from "./phrases.js" */
/** @import { Spelling } from "./spelling.js" */

import { lasting } from "./lasting.js";
import { Branch, Tree } from "./phrases.js";
import { letters, sentences } from "./spelling.js";
import { LANGUAGES } from "./words.js";

/** @typedef {{ tree: Tree, spelling: Spelling }} Lexicon */

/** Of the phrases of a class, which mean nothing by themselves. */
const OPTION = { sort: "", tier: 0, sure: false };

/** @type {() => Promise<Lexicon>} */
export const lexicon = lasting(async () => {
  const read = async (/** @type {string} */ language) => {
    const answer = await fetch(`/web/care/lexicon/${language}.txt`);
    if (!answer.ok) throw new TypeError(`no lexicon ${language}`);
    return /** @type {const} */ ([language, await answer.text()]);
  };
  const growing = new Growing(await letters());
  for (const [language, text] of await Promise.all(LANGUAGES.map(read))) {
    growing.add(language, text);
  }
  return growing;
});

/** A lexicon to which one language's file after the other is added. */
class Growing {
  tree = new Tree();
  /** @type {Spelling} */
  spelling;
  /** @type {Map<string, Meaning>} each meaning once, so that two are told apart by what they are */
  #meanings = new Map();

  /** @param {Omit<Spelling, "known">} letters */
  constructor(letters) {
    this.spelling = { ...letters, known: new Set() };
  }

  /**
   * @param {string} language
   * @param {string} text
   */
  add(language, text) {
    let meaning = OPTION;
    for (const line of text.split("\n").map((line) => line.trim())) {
      if (!line || line.startsWith("#")) continue;
      if (line.startsWith("=")) this.#define(language, line.slice(1));
      else if (line.startsWith("[")) meaning = this.#meaning(line);
      else this.#grow(this.tree.root, line, meaning, language);
    }
    const negations = this.tree.classes.get(`${language} not`);
    for (const word of negations?.words.keys() ?? []) this.tree.negations.add(word);
  }

  /**
   * @param {string} language
   * @param {string} line
   */
  #define(language, line) {
    const colon = line.indexOf(":");
    const own = this.#class(`${language} ${line.slice(0, colon).trim()}`);
    for (const option of line.slice(colon + 1).split("|")) {
      this.#grow(own, option, OPTION, language);
    }
  }

  /** @param {string} heading */
  #meaning(heading) {
    const known = this.#meanings.get(heading);
    if (known) return known;
    const [sort = "", tier = "0", grade] = heading.slice(1, -1).split(" ");
    const meaning = { sort, tier: Number(tier), sure: grade === "sure" };
    this.#meanings.set(heading, meaning);
    return meaning;
  }

  /**
   * @param {Branch} root
   * @param {string} phrase
   * @param {Meaning} meaning
   * @param {string} language
   */
  #grow(root, phrase, meaning, language) {
    for (const parts of ways(phrase.trim().split(/\s+/))) {
      const [opening = "", ...others] = parts;
      let branches = opening.split("/").map((option) => this.#next(root, option, language));
      for (const part of others) {
        const named = this.#choice(part, language);
        branches = branches.map((branch) => this.#next(branch, named, language));
      }
      for (const { meanings } of branches) {
        if (!meanings.includes(meaning)) meanings.push(meaning);
      }
    }
  }

  /**
   * The name of a class for a part that is one of several words; any other part as it is.
   * @param {string} part
   * @param {string} language
   */
  #choice(part, language) {
    if (!part.includes("/")) return part;
    const name = `${language} ${part}`;
    if (!this.tree.classes.has(name)) {
      const own = this.#class(name);
      for (const option of part.split("/")) this.#grow(own, option, OPTION, language);
    }
    return `{${part}}`;
  }

  /**
   * @param {Branch} branch
   * @param {string} option
   * @param {string} language
   */
  #next(branch, option, language) {
    if (option === "~") return (branch.gap ??= new Branch());
    if (option === "^") return (branch.start ??= new Branch());
    if (option === "<n>") return (branch.number ??= new Branch());
    if (option.startsWith("{")) return child(branch.classes, `${language} ${option.slice(1, -1)}`);
    if (option.endsWith("*")) return child(branch.beginnings, this.#plain(option.slice(0, -1)));
    const word = this.#plain(option);
    this.spelling.known.add(word);
    return child(branch.words, word);
  }

  /** @param {string} name */
  #class(name) {
    return child(this.tree.classes, name);
  }

  /** @param {string} word */
  #plain(word) {
    const [[read = ""] = []] = sentences(word, { ...this.spelling, known: new Set() });
    return read;
  }
}

/**
 * A phrase with and without each part that may be left out.
 * @param {string[]} parts
 * @returns {string[][]}
 */
function ways([part, ...others]) {
  if (part === undefined) return [[]];
  const after = ways(others);
  const optional = part.endsWith("?") || part.endsWith("?}");
  const word = part.endsWith("?}") ? `${part.slice(0, -2)}}` : part.replace(/\?$/, "");
  const having = after.map((rest) => [word, ...rest]);
  return optional ? [...having, ...after] : having;
}

/**
 * @param {Map<string, Branch>} children
 * @param {string} name
 */
function child(children, name) {
  const known = children.get(name);
  if (known) return known;
  const grown = new Branch();
  children.set(name, grown);
  return grown;
}
