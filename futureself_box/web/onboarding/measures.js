/** What was rated, as data: the newest of each instrument, whether it is time again, and scores over time. */

/** @import { Replica } from "../records/replica.js" */
/** @import { Instrument } from "./questions.js" */

import { localMoment } from "../journal/entries.js";

const MONTH_MS = 30 * 86_400_000;

/**
 * @typedef {{ instrument: string, version: number, day: string, written_at: string,
 *   ratings: Record<string, number> }} MeasureBody
 * @typedef {{ label: string, points: { day: string, value: number }[], highest: number }} Course
 */

/**
 * Every filling-in of an instrument, oldest first.
 * @param {Replica} replica
 * @param {Instrument} instrument
 * @returns {MeasureBody[]}
 */
export function filledIn(replica, { name }) {
  const bodies = replica.shown("measure").map(({ head }) => /** @type {MeasureBody} */ (head.body));
  const own = bodies.filter(({ instrument }) => instrument === name);
  return own.sort((a, b) => Date.parse(a.written_at) - Date.parse(b.written_at));
}

/**
 * @param {MeasureBody[]} measures oldest first
 * @param {Instrument} instrument
 * @param {number} [now]
 */
export function isDue(measures, { every }, now = Date.now()) {
  const last = measures[measures.length - 1];
  if (!last) return true;
  return every === "month" && now - Date.parse(last.written_at) > MONTH_MS;
}

/**
 * @param {Instrument} instrument
 * @param {Record<string, number>} ratings
 * @param {Date} [now]
 * @returns {MeasureBody}
 */
export function newMeasure({ name: instrument, version }, ratings, now = new Date()) {
  const written_at = localMoment(now);
  return { instrument, version, day: written_at.slice(0, 10), written_at, ratings };
}

/**
 * How each score went; what was left out is no point of it. As the box reckons them: means, with
 * reversed items turned round, and nothing summed.
 * @param {Instrument} instrument
 * @param {MeasureBody[]} measures oldest first
 * @returns {Course[]}
 */
export function courses({ items, labels = {} }, measures) {
  const groups = Map.groupBy(items, ({ name, score }) => score ?? name);
  return [...groups].map(([name, group]) => ({
    label: labels[name] ?? group[0].ask,
    highest: group[0].highest,
    points: measures.flatMap(({ day, ratings }) => {
      const rated = group.filter((item) => ratings[item.name] !== undefined);
      const values = rated.map((item) =>
        item.reversed ? item.highest + 1 - ratings[item.name] : ratings[item.name],
      );
      const sum = values.reduce((total, value) => total + value, 0);
      return values.length ? [{ day, value: sum / values.length }] : [];
    }),
  }));
}
