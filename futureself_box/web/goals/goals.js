/** Goals, their steps, affirmations and check-ins as data: what they hold, and in which order. */

/** @import { Shown } from "../records/replica.js" */

import { localMoment } from "../journal/entries.js";
import { day } from "../words.js";

/**
 * @typedef {"active" | "paused" | "done"} GoalState
 * @typedef {{ title: string, why?: string, area?: string, due?: string, state?: GoalState }} GoalBody
 * @typedef {{ goal: string, title: string, done_on?: string, position?: number }} StepBody
 * @typedef {{ text: string, goal?: string, paused?: boolean }} AffirmationBody
 * @typedef {{ day: string, written_at: string, mood?: number, goal?: string,
 *   note?: string }} CheckInBody
 */

const AREAS = new Map([
  ["work", "Work"],
  ["love", "Love"],
  ["health", "Health"],
  ["home", "Home"],
  ["money", "Money"],
]);
const STATES = new Map([
  ["paused", "Paused"],
  ["done", "Done"],
]);

/**
 * In the order of their making, which their ids have.
 * @param {Shown[]} shown
 */
export function asMade(shown) {
  return shown.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** @param {Shown} goal */
export function isActive({ head }) {
  return (head.body.state ?? "active") === "active";
}

/**
 * How a goal stands.
 * @param {GoalBody} body
 */
export function about({ area = "", due, state = "active" }) {
  const by = due && `By ${day(Date.parse(`${due}T12:00:00`))}`;
  return [STATES.get(state), AREAS.get(area), by].filter(Boolean).join(" · ");
}

/**
 * A version of a goal for a person.
 * @param {GoalBody} body
 */
export function inWords(body) {
  return [body.title, body.why, about(body)].filter(Boolean).join("\n");
}

/**
 * The steps of each goal, in their order.
 * @param {Shown[]} steps
 * @returns {Map<string, Shown[]>}
 */
export function stepsByGoal(steps) {
  const position = (/** @type {Shown} */ { head }) => head.body.position ?? 0;
  const inOrder = asMade(steps).sort((a, b) => position(a) - position(b));
  return Map.groupBy(inOrder, ({ head }) => head.body.goal);
}

/**
 * A place for a step after `at` others of the rest; any number between two will do.
 * @param {Shown[]} rest the goal's other steps
 * @param {number} at
 */
export function positionAt(rest, at) {
  const positions = rest.map(({ head }) => head.body.position ?? 0);
  if (rest.length === 0) return 0;
  if (at <= 0) return positions[0] - 1;
  if (at >= rest.length) return positions[rest.length - 1] + 1;
  return (positions[at - 1] + positions[at]) / 2;
}

/**
 * The same one all day, and another tomorrow.
 * @param {Shown[]} affirmations
 * @param {string} day such as 2026-11-24
 * @returns {string | null}
 */
export function affirmationOf(affirmations, day) {
  const live = asMade(affirmations.filter(({ head }) => !head.body.paused));
  if (live.length === 0) return null;
  return live[(Date.parse(day) / 86_400_000) % live.length].head.body.text;
}

/**
 * @param {{ mood: number | null, note: string, goal: string }} given `goal` empty for the day itself
 * @param {Date} [now]
 * @returns {CheckInBody}
 */
export function newCheckIn({ mood, note, goal }, now = new Date()) {
  const written_at = localMoment(now);
  return {
    ...{ day: written_at.slice(0, 10), written_at },
    ...(mood && { mood }),
    ...(goal && { goal }),
    ...(note && { note }),
  };
}
