/** The questionnaire on this phone: what is asked, and what was answered. */

/** @import { Api } from "../api.js" */
/** @import { Replica, Shown } from "../records/replica.js" */

import { Problem } from "../api.js";
import { keep, read } from "../kept.js";
import { save } from "../records/saving.js";

/**
 * @typedef {object} Question
 * @property {string} name
 * @property {string} ask
 * @property {"line" | "text" | "number" | "day" | "time" | "choice" | "choices" | "people"
 *   | "hours"} kind
 * @property {string} [hint]
 * @property {string} [example]
 * @property {string[]} [choices]
 * @property {number} [most]
 * @property {boolean} [first]
 *
 * @typedef {object} Item
 * @property {string} name
 * @property {string} ask
 * @property {number} highest
 * @property {"scale" | "circles"} [look]
 * @property {string} [low]
 * @property {string} [high]
 * @property {string} [score]
 * @property {boolean} [reversed]
 *
 * @typedef {object} Instrument
 * @property {string} name
 * @property {number} version
 * @property {string} title
 * @property {string} ask
 * @property {"month" | "once"} every
 * @property {boolean} shown
 * @property {Item[]} items
 * @property {Record<string, string>} [labels]
 *
 * @typedef {{ questionnaire: { version: number, sections: { name: string, title: string,
 *   questions: Question[] }[] }, instruments: Instrument[] }} Questions
 *
 * @typedef {{ text?: string, number?: number, day?: string, chosen?: string[],
 *   people?: { name: string, role?: string }[] }} Given what was answered, in the field of its kind
 */

const KEPT = "questionnaire";

/**
 * What is asked: from the box, and with no network as it was the last time.
 * @param {Api} api
 * @returns {Promise<Questions | null>} null where this phone never had it
 */
export async function ask(api) {
  try {
    const questions = await api.questionnaire();
    keep(KEPT, questions);
    return questions;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return read(KEPT, /** @type {Questions | null} */ (null));
  }
}

/**
 * The records of the answers by question; of several the one written last counts.
 * @param {Replica} replica
 * @returns {Map<string, Shown>}
 */
export function answers(replica) {
  const inOrder = replica
    .shown("answer")
    .sort((a, b) => (a.head.clock < b.head.clock ? -1 : 1));
  return new Map(inOrder.map((shown) => [shown.head.body.question, shown]));
}

/**
 * Save an answer, or that there is none.
 * @param {Replica} replica
 * @param {{ question: string, version: number }} asked
 * @param {Given} given
 * @returns {Promise<string>} why it is not on the phone; empty where it is
 */
export function answer(replica, asked, given) {
  const record = answers(replica).get(asked.question)?.id;
  const skipped = Object.keys(given).length === 0;
  return save(replica, {
    record,
    kind: "answer",
    body: { ...asked, ...given, ...(skipped && { skipped }) },
  });
}
