/** Journal entries as data: a new one's body, their order, the moods of days. */

/** @import { Link } from "../attachments/files.js" */
/** @import { Shown } from "../records/replica.js" */

/**
 * @typedef {object} EntryBody
 * @property {string} text
 * @property {string} day the civil day where it was written
 * @property {string} written_at
 * @property {number | null} [mood]
 * @property {string[]} [tags]
 * @property {Link[]} [attachments]
 */

export const KIND = "entry";
export const MOODS = ["Hard", "Low", "Even", "Good", "Bright"];
const MOST_TAGS = 30;

/**
 * @param {{ text: string, mood: number | null, attachments: Link[] }} given
 * @param {Date} [now]
 * @returns {EntryBody}
 */
export function newBody({ text, mood, attachments }, now = new Date()) {
  const written_at = localMoment(now);
  const body = { text, day: written_at.slice(0, 10), written_at };
  return { ...body, ...(mood && { mood }), ...(attachments.length && { attachments }) };
}

/**
 * A moment with the offset of the place where it is, such as 2026-11-24T21:30:00+01:00.
 * @param {Date} at
 */
export function localMoment(at) {
  const offset = -at.getTimezoneOffset();
  const shifted = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (/** @type {number} */ number) => `${number}`.padStart(2, "0");
  return `${shifted}${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}

/**
 * Newest first, by the moment that each is about.
 * @param {Shown[]} shown
 */
export function inOrder(shown) {
  const at = new Map(shown.map(({ id, head }) => [id, Date.parse(head.body?.written_at ?? "")]));
  return shown.toSorted((a, b) => (at.get(b.id) ?? 0) - (at.get(a.id) ?? 0));
}

/**
 * A version of an entry for a person.
 * @param {EntryBody} body
 */
export function inWords({ text, mood, tags = [], attachments = [] }) {
  const files = attachments.length === 1 ? "1 file" : `${attachments.length} files`;
  const about = [mood && MOODS[mood - 1], ...tags.map((tag) => `#${tag}`), attachments.length > 0 && files];
  return [text, about.filter(Boolean).join(" · ")].filter(Boolean).join("\n");
}

/**
 * What was typed into the field for tags.
 * @param {string} text
 */
export function readTags(text) {
  const tags = text.split(/[,#\n]/).map((tag) => tag.trim().slice(0, 50));
  return [...new Set(tags.filter(Boolean))].slice(0, MOST_TAGS);
}

/**
 * The mean mood of each day that has one, oldest first.
 * @param {Shown[]} shown entries and check-ins
 * @param {string} since the first day
 * @returns {{ day: string, mood: number }[]}
 */
export function moodsByDay(shown, since) {
  /** @type {Map<string, number[]>} */
  const days = new Map();
  for (const { head } of shown) {
    const { day, mood } = /** @type {Pick<EntryBody, "day" | "mood">} */ (head.body);
    if (mood && day >= since) days.set(day, [...(days.get(day) ?? []), mood]);
  }
  const mean = (/** @type {number[]} */ moods) => moods.reduce((a, b) => a + b) / moods.length;
  return [...days].map(([day, moods]) => ({ day, mood: mean(moods) })).sort(byDay);
}

/**
 * Entries of this day in earlier years; 29 February comes back on the 28th in years without one.
 * @param {Shown[]} shown
 * @param {string} today such as 2026-11-24
 */
export function onThisDay(shown, today) {
  const days = [today.slice(5)];
  const isLeap = new Date(Date.UTC(Number(today.slice(0, 4)), 1, 29)).getUTCMonth() === 1;
  if (days[0] === "02-28" && !isLeap) days.push("02-29");
  return shown.filter(({ head: { body } }) => {
    return body.day < `${today.slice(0, 4)}-01-01` && days.includes(body.day.slice(5));
  });
}

/**
 * @param {{ day: string }} a
 * @param {{ day: string }} b
 */
function byDay(a, b) {
  return a.day < b.day ? -1 : 1;
}
