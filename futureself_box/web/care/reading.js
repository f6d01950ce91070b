/**
 * What the lexicon makes of a text, sentence by sentence: signs of danger, and what they stand in. As
 * futureself/care/reading.py on the box.
 */

/** @import { Lexicon } from "./lexicon.js" */
/** @import { Found, Meaning, Tree } from "./phrases.js" */

import { CLAUSE, sentences, writtenSentences } from "./spelling.js";

const SHORT_MESSAGE = 4;
const NEGATED_WITHIN = 4;
const TOPICS = new Set(
  "distress suicide self_harm abuse eating medical overdose harm_others".split(" "),
);

/** @typedef {{ signs: Meaning[], context: Set<string> }} Sentence */

/**
 * The sentences of a text. In a short message they share their contexts.
 * @param {string} text
 * @param {Lexicon} lexicon
 * @returns {Sentence[]}
 */
export function read(text, lexicon) {
  const found = writtenSentences(text).map((written) => readSentence(written, lexicon));
  if (found.length > SHORT_MESSAGE) return found;
  const shared = new Set(found.flatMap(({ context }) => [...context]));
  return found.map((sentence) => ({ ...sentence, context: shared }));
}

/**
 * Whether a sentence speaks of a game, a story, other people or long ago, and of nothing present.
 * @param {Sentence} sentence
 */
export function isFramed({ context }) {
  if (context.has("earnest")) return false;
  if (context.has("past") || context.has("others")) {
    return !context.has("present") || context.has("well");
  }
  return context.has("frame");
}

/**
 * @param {string} written
 * @param {Lexicon} lexicon
 * @returns {Sentence}
 */
function readSentence(written, { tree, spelling }) {
  /** @type {Set<Meaning>} */
  const signs = new Set();
  /** @type {Set<string>} */
  const context = new Set();
  for (const words of sentences(written, spelling)) {
    const found = tree.find(words);
    for (const sign of signsIn(words, found, tree)) signs.add(sign);
    for (const { meaning } of found) if (!TOPICS.has(meaning.sort)) context.add(meaning.sort);
  }
  return { signs: [...signs], context };
}

/**
 * @param {string[]} words
 * @param {Found[]} found
 * @param {Tree} tree
 */
function signsIn(words, found, tree) {
  const idioms = found.filter(({ meaning }) => meaning.sort === "idiom");
  const affirmed = found.filter(({ meaning }) => meaning.sort === "affirm");
  return found
    .filter(
      (one) =>
        TOPICS.has(one.meaning.sort) &&
        !idioms.some((idiom) => one.start < idiom.end && idiom.start < one.end) &&
        !isNegated(words, one, affirmed, tree),
    )
    .map(({ meaning }) => meaning);
}

/**
 * Whether a negation stands shortly before, in the same clause, and means what it says.
 * @param {string[]} words
 * @param {Found} sign
 * @param {Found[]} affirmed
 * @param {Tree} tree
 */
function isNegated(words, sign, affirmed, { negations }) {
  const first = Math.max(0, sign.start - NEGATED_WITHIN);
  for (let at = sign.start - 1; at >= first; at -= 1) {
    const word = words[at] ?? "";
    if (word === CLAUSE) return false;
    if (negations.has(word)) return !affirmed.some(({ start, end }) => start <= at && at < end);
  }
  return false;
}
