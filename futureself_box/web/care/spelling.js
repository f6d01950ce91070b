/**
 * Text as the lexicon reads it: sentences of plain lower-case words, whatever tricks spell them. The
 * box does the same (futureself/care/spelling.py), and a test holds the two together.
 */

import { lasting } from "./lasting.js";

export const CLAUSE = ",";
const MOST_CHARACTERS = 60_000;
const LONGEST_WORD = 40;

/** What Python takes for a space; JavaScript's own set is another. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const EDGES = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const AFTER_SENTENCE = new RegExp(String.raw`(?<=[.!?…])${SPACE}+|\n+`);
const ENDS = /[.!?…;:\n()[\]{}"“”„«»|]+|\s[-–—]+\s|—/;
const MARKS = /[’'`´‘ʼ]/g;
const STRETCHED = /(.)\1{2,}/gu;
const LEET_SIGNS = /(?<=[\p{L}\p{N}_])[@$!](?=[\p{L}\p{N}_])|[@$](?=[\p{L}\p{N}_]{2})/gu;
const LATIN = /[a-z]/;
const ALONE = /(?<![\p{L}\p{N}_])\p{L}(?![\p{L}\p{N}_])/gu;
const WORD = /[\p{L}\p{N}]+|,|[^\p{L}\p{N}_\s,]/gu;
const UNSEEN = /(?![\n\t])[\p{Cf}\p{Cc}]/gu;

/**
 * What is read as what: from letters.json, which the box reads too.
 * @typedef {{ lookAlike: Map<string, string>, leet: Map<string, string>,
 *   folded: Map<string, string>, known: Set<string> }} Spelling
 * `known`: words of the lexicon, which help to read stretched and spaced-out spellings
 */

/** @type {() => Promise<Omit<Spelling, "known">>} */
export const letters = lasting(async () => {
  const given = await (await fetch("/web/care/lexicon/letters.json")).json();
  return {
    lookAlike: pairs(given.look_alike),
    leet: pairs(given.leet),
    folded: new Map(Object.entries(given.folded)),
  };
});

/** @param {[string, string]} given */
function pairs([from, to]) {
  const onto = [...to];
  return new Map([...from].map((letter, at) => [letter, onto[at] ?? letter]));
}

/**
 * The words of each sentence.
 * @param {string} text
 * @param {Spelling} spelling
 */
export function sentences(text, spelling) {
  const parts = plain(first(text, MOST_CHARACTERS), spelling).split(ENDS);
  return parts.map((part) => words(part, spelling)).filter(({ length }) => length > 0);
}

/**
 * The sentences as they were written.
 * @param {string} text
 */
export function writtenSentences(text) {
  const parts = first(text, MOST_CHARACTERS).split(AFTER_SENTENCE);
  return parts.map((part) => part.replace(EDGES, "")).filter(Boolean);
}

/**
 * @param {string} text
 * @param {number} most characters, however many units they take
 */
function first(text, most) {
  return text.length <= most ? text : [...text].slice(0, most).join("");
}

/**
 * @param {string} text
 * @param {Spelling} spelling
 */
function plain(text, { folded, leet }) {
  const seen = text.normalize("NFKC").replace(UNSEEN, "").toLowerCase();
  const unmarked = read(seen, folded).replace(MARKS, "");
  const unsigned = unmarked.replace(LEET_SIGNS, (sign) => leet.get(sign) ?? sign);
  return unsigned.normalize("NFD").replace(/\p{Mn}/gu, "");
}

/**
 * @param {string} word
 * @param {Map<string, string>} letters
 */
function read(word, letters) {
  let changed = "";
  for (const letter of word) changed += letters.get(letter) ?? letter;
  return changed;
}

/**
 * @param {string} part
 * @param {Spelling} spelling
 */
function words(part, spelling) {
  const unmasked = LATIN.test(part) ? withoutMasks(part, spelling) : part;
  const found = (unmasked.match(WORD) ?? []).filter(counts).map((word) => readWord(word, spelling));
  const single = found.filter((word) => /^\p{L}$/u.test(word)).length;
  return single >= Math.max(4, found.length * 0.7) ? joined(part, spelling) : found;
}

/**
 * With the words of one letter in the script of the others.
 * @param {string} part
 * @param {Spelling} spelling
 */
function withoutMasks(part, { lookAlike }) {
  return part.replace(ALONE, (letter) => lookAlike.get(letter) ?? letter);
}

/** @param {string} word */
function counts(word) {
  return word === CLAUSE || /^[\p{L}\p{N}]/u.test(word) || /[^\0-\x7f]/.test(word);
}

/**
 * @param {string} given
 * @param {Spelling} spelling
 */
function readWord(given, { known, lookAlike, leet }) {
  let word = first(given, LONGEST_WORD);
  if (known.has(word) || !/\p{L}/u.test(word)) return word;
  if (/[a-z]/.test(word)) {
    word = read(word, lookAlike);
    if (/\p{Nd}/u.test(word) && !/^\p{Nd}+[a-z]{1,3}$/u.test(word)) word = read(word, leet);
  }
  if (known.has(word)) return word;
  const double = word.replace(STRETCHED, "$1$1");
  return known.has(double) ? double : word.replace(STRETCHED, "$1");
}

/**
 * Words that were written letter by letter: split at wide gaps, else into known words.
 * @param {string} part
 * @param {Spelling} spelling
 */
function joined(part, spelling) {
  const gaps = part.replace(EDGES, "").split(/\s{2,}/);
  const groups = gaps.map((group) => (group.match(WORD) ?? []).join(""));
  const [whole = ""] = groups;
  if (groups.length === 1) return split([...read(whole, spelling.leet)], spelling.known);
  return groups.filter(Boolean).map((group) => readWord(group, spelling));
}

/**
 * @param {string[]} letters
 * @param {Set<string>} known
 */
function split(letters, known) {
  const found = [];
  for (let start = 0; start < letters.length; ) {
    let end = Math.min(letters.length, start + 14);
    while (end > start + 1 && !known.has(letters.slice(start, end).join(""))) end -= 1;
    found.push(letters.slice(start, end).join(""));
    start = end;
  }
  return found;
}
