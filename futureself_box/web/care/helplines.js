/**
 * The table of helplines, which lies on the phone like the app itself. Numbers are written as they are
 * dialled in their own country. What its operator did not confirm within a year says "check".
 */

import { lasting } from "./lasting.js";

/**
 * @typedef {"emergency" | "anyone" | "child" | "violence" | "eating"} ForWhom
 * @typedef {{ region: string, name: string, for_whom: ForWhom, dial: string, sms: string, chat: string,
 *   hours: string, time_zone: string, language: string, cost: string, source: string,
 *   checked_on: string, status: "checked" | "check" }} Helpline
 */

const YEAR_MS = 366 * 86_400_000;
const CELL = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/gy;

const table = lasting(async () => parse(await (await fetch("/web/care/helplines.csv")).text()));

/**
 * The lines of a region, the emergency number first.
 * @param {string} region
 * @returns {Promise<Helpline[]>}
 */
export async function linesOf(region) {
  return (await table()).filter((line) => line.region === region);
}

/** @returns {Promise<string[]>} every region of the table */
export async function regions() {
  return [...new Set((await table()).map(({ region }) => region))];
}

/**
 * Whether nobody confirmed a line lately.
 * @param {Helpline} line
 * @param {number} [now]
 */
export function isUnconfirmed(line, now = Date.now()) {
  return line.status !== "checked" || !(now - Date.parse(line.checked_on) < YEAR_MS);
}

/**
 * What a link can dial; null for codes that phones refuse in links, or that a person must finish.
 * @param {string} dial
 */
export function dialable(dial) {
  return /^[\d\s-]+$/.test(dial) ? dial.replace(/[\s-]/g, "") : null;
}

/**
 * @param {string} csv RFC 4180, with a heading
 * @returns {Helpline[]}
 */
export function parse(csv) {
  /** @type {string[][]} */
  const rows = [[]];
  for (const [, quoted, plain, end] of csv.trimEnd().matchAll(CELL)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\n") rows.push([]);
    if (end === "") break;
  }
  const [names = [], ...lines] = rows;
  return lines.map(
    (cells) =>
      /** @type {Helpline} */ (Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ""]))),
  );
}
