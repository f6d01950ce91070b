/**
 * Danger in what a member wrote, as far as words alone tell: what the phone sees at once, and without
 * the box, which reads the meaning too. As futureself/care/recogniser.py where no model is there.
 */

/** @import { Lexicon } from "./lexicon.js" */
/** @import { Meaning } from "./phrases.js" */
/** @import { Sentence } from "./reading.js" */

import { lexicon } from "./lexicon.js";
import { isFramed, read } from "./reading.js";

export const URGENT = 3;
export const CONCERN = 2;
const DISTRESS = 1;
export const NOTHING = { tier: 0, topic: "" };

/** How much danger a text speaks of. Tier 0: none that was seen. @typedef {{ tier: number, topic: string }} Verdict */

/**
 * The verdict on a text. Before the whole app was ever on this phone there is no lexicon without the
 * box; then nothing is said here, and the box reads it all when it is there.
 * @param {string} text
 * @param {string[]} [context] the member's messages before
 * @returns {Promise<Verdict>}
 */
export async function assess(text, context = []) {
  const known = await prepare();
  if (!known) return NOTHING;
  const sentences = read(text, known);
  return withContext(highest(sentences.map(judge)), sentences, context.slice(-2), known);
}

/** Have the lexicon ready, as when somebody begins to write; null where it can't be had. */
export async function prepare() {
  try {
    return await lexicon();
  } catch (problem) {
    if (problem instanceof TypeError) return null;
    throw problem;
  }
}

/**
 * @param {Sentence} sentence
 * @returns {Verdict}
 */
function judge(sentence) {
  if (isFramed(sentence)) return NOTHING;
  const sure = sentence.signs.filter((sign) => sign.sure);
  if (sure.length) return raised(signed(sure), sentence);
  return isSupported(sentence) ? signed(sentence.signs) : NOTHING;
}

/**
 * Whether doubtful signs count: two of one topic do.
 * @param {Sentence} sentence
 */
function isSupported({ signs }) {
  return new Set(signs.map(({ sort }) => sort)).size < signs.length;
}

/**
 * A thought of suicide becomes urgent with a sign of a plan beside it.
 * @param {Verdict} verdict
 * @param {Sentence} sentence
 */
function raised(verdict, { signs }) {
  const planned = signs.some(({ tier, sort }) => tier === URGENT && sort === verdict.topic);
  return verdict.tier === CONCERN && planned ? { ...verdict, tier: URGENT } : verdict;
}

/**
 * @param {Meaning[]} signs
 * @returns {Verdict}
 */
function signed(signs) {
  return highest(signs.map(({ sort, tier }) => ({ tier, topic: sort })));
}

/**
 * The first of the highest tier.
 * @param {Verdict[]} verdicts
 */
export function highest(verdicts) {
  return verdicts.reduce((most, one) => (one.tier > most.tier ? one : most), NOTHING);
}

/**
 * Earlier messages decide between the first tiers, and whether a doubtful sign counts.
 * @param {Verdict} verdict
 * @param {Sentence[]} sentences
 * @param {string[]} context
 * @param {Lexicon} known
 */
function withContext(verdict, sentences, context, known) {
  const before = highest(context.map((text) => highest(read(text, known).map(judge))));
  if (verdict.tier === DISTRESS && before.tier >= CONCERN) {
    return { tier: CONCERN, topic: before.topic };
  }
  const doubtful = sentences.flatMap((one) => (isFramed(one) ? [] : one.signs));
  return verdict.tier === 0 && before.tier && doubtful.length ? signed(doubtful) : verdict;
}
