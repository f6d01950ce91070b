/** Letters as data: to the future self, sealed until their day, and the letters back. */

/** @import { Drawn } from "../frames.js" */
/** @import { Replica, Shown } from "../records/replica.js" */

import { localMoment } from "../journal/entries.js";

/**
 * @typedef {object} LetterBody
 * @property {string} text
 * @property {string} written_at
 * @property {string} [opens_on] the day on which it is to be opened
 * @property {"member" | "future_self"} [by]
 * @property {"member" | "future_self"} [answer_by] who shall answer it
 * @property {string} [answers] the letter that it answers
 * @property {string} [opened_at]
 * @property {string} [mode]
 * @property {string} [why]
 * @property {Drawn[]} [drew_on]
 *
 * @typedef {"sealed" | "come" | "open"} State whether it waits for its day, lies here unread, or was opened
 */

export const KIND = "letter";

/**
 * A letter to the future; without a day it lies open.
 * @param {Pick<LetterBody, "text" | "opens_on" | "answer_by">} given
 * @param {Date} [now]
 * @returns {LetterBody}
 */
export function newLetter({ text, opens_on, answer_by }, now = new Date()) {
  const body = { text, written_at: localMoment(now), by: /** @type {const} */ ("member"), answer_by };
  return { ...body, ...(opens_on && { opens_on }) };
}

/**
 * A letter back that the member writes in the future self's place.
 * @param {{ text: string, answers: string }} given
 * @param {Date} [now]
 * @returns {LetterBody}
 */
export function newAnswer(given, now = new Date()) {
  return { ...given, written_at: localMoment(now), by: "member" };
}

/**
 * @param {LetterBody} body
 * @param {string} today
 * @returns {State}
 */
export function stateOf({ opens_on, opened_at }, today) {
  if (!opens_on || opened_at) return "open";
  return opens_on <= today ? "come" : "sealed";
}

/** @param {Date} [now] */
export function today(now = new Date()) {
  return localMoment(now).slice(0, 10);
}

/**
 * The letters that answer no other: first those that have come, then the newest.
 * @param {Shown[]} all
 */
export function inOrder(all) {
  const on = today();
  const rank = (/** @type {Shown} */ { head }) => (stateOf(head.body, on) === "come" ? 0 : 1);
  return all
    .filter(({ head }) => !head.body.answers)
    .sort((a, b) => rank(a) - rank(b) || written(b) - written(a));
}

/**
 * The letters back, oldest first.
 * @param {Shown[]} all
 * @param {string} letter
 */
export function answersTo(all, letter) {
  const answers = all.filter(({ head }) => head.body.answers === letter);
  return answers.sort((a, b) => written(a) - written(b));
}

/**
 * The letters whose day has come, and that the future self has not answered yet.
 * @param {Shown[]} all
 * @returns {string[]}
 */
export function awaited(all) {
  const on = today();
  return inOrder(all)
    .filter(({ head }) => head.body.answer_by === "future_self" && (head.body.opens_on ?? "") <= on)
    .filter(({ id }) => answersTo(all, id).length === 0)
    .map(({ id }) => id);
}

/**
 * What is said of a letter where its words may not be read, as in the trash.
 * @param {LetterBody} body
 */
export function inWords(body) {
  const { text, opens_on = "", answers } = body;
  if (stateOf(body, today()) === "sealed") return `Letter, sealed until ${dayOf(opens_on)}`;
  return `${answers ? "Letter back" : "Letter"}: ${text}`;
}

/**
 * The letters that have come and were not opened.
 * @param {Replica} replica
 */
export function come(replica) {
  const on = today();
  return replica.shown(KIND).filter(({ head }) => stateOf(head.body, on) === "come");
}

/** @param {Shown} letter */
function written({ head }) {
  return Date.parse(head.body.written_at);
}

/**
 * A day for a person, such as "3 May 2027".
 * @param {string} moment a day or a moment
 */
export function dayOf(moment) {
  const at = new Date(moment.length === 10 ? `${moment}T12:00` : moment);
  return at.toLocaleDateString([], { dateStyle: "long" });
}
