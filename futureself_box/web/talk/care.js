/** What the box's own answers say of themselves: `why` is a topic and how urgent it is. */

/** @import { ForWhom } from "../care/helplines.js" */

/** The mode of an answer in which the box itself speaks, in fixed words (futureself/turn.py). */
export const CARE = "care";

/** Why the box speaks where a child's future self rests (futureself/turn.py). */
const QUIET = "quiet";

/** @type {Record<string, ForWhom>} */
const FOR_WHOM = { abuse: "violence", eating: "eating" };
const URGENT = 3;

/**
 * Whose helplines belong to an answer, the first of them first; none where it is no answer of care.
 * @param {{ mode?: string, why?: string }} answer
 * @param {boolean} child
 * @returns {ForWhom[]}
 */
export function helpFor({ mode, why = "" }, child) {
  const [topic = "", tier = ""] = why.split(" ");
  if (mode !== CARE || !tier) return [];
  const whom = child ? "child" : (FOR_WHOM[topic] ?? "anyone");
  return Number(tier) >= URGENT ? ["emergency", whom] : [whom];
}

/**
 * Whether an answer comes with the way to people who help, though no line of theirs is in it.
 * @param {{ mode?: string, why?: string }} answer
 */
export function offersHelp({ mode, why }) {
  return (mode === CARE && why !== QUIET) || why === "distress";
}
