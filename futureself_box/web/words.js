/** The sentences that are made from facts: states of a message, times, places in line. */

/** @import { Turn } from "./turns.js" */

const PLACES = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIXES = { zero: "th", one: "st", two: "nd", few: "rd", many: "th", other: "th" };

/**
 * What the box is doing for a turn before its first words.
 * @param {Turn} turn
 * @returns {string}
 */
export function progress(turn) {
  if (turn.state === "waiting") return waiting(turn.place);
  if (turn.state === "reading") return "Reading";
  return "Writing";
}

/** @param {number} place */
function waiting(place) {
  if (place < 1) return "Waiting";
  return place === 1 ? "Waiting, next in line" : `Waiting, ${ordinal(place)} in line`;
}

/** @param {number} number */
export function ordinal(number) {
  return `${number}${SUFFIXES[PLACES.select(number)]}`;
}

/**
 * The clock time, as the reader's own settings write it.
 * @param {number} at milliseconds since 1970
 */
export function timeOfDay(at) {
  return new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

/**
 * "Today", "Yesterday" or the date.
 * @param {number} at
 * @param {number} [now]
 */
export function day(at, now = Date.now()) {
  const ago = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Date(at).toLocaleDateString([], {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: sameYear ? undefined : "numeric",
  });
}

/**
 * When a device was last here.
 * @param {string | null} iso
 * @param {boolean} online
 */
export function lastSeen(iso, online) {
  if (online) return "Here now";
  if (!iso) return "Not seen yet";
  const at = Date.parse(iso);
  return `Last here ${day(at).replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase())}, ${timeOfDay(at)}`;
}

/**
 * "Thursday, 26 November, 18:00"
 * @param {string} iso
 */
export function moment(iso) {
  const at = new Date(iso);
  const date = at.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
  return `${date}, ${timeOfDay(at.getTime())}`;
}

/**
 * 482913 as 482 913.
 * @param {string} number
 */
export function spaced(number) {
  return number.replace(/^(\d{3})(?=\d)/, "$1 ");
}

/**
 * As phones show a certificate's: 3A:0F:…
 * @param {string} hex
 */
export function fingerprint(hex) {
  return (hex.toUpperCase().match(/../g) ?? []).join(":");
}

/**
 * 4:59
 * @param {number} seconds
 */
export function countdown(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {number} at */
function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}
