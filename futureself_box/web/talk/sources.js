/** What an answer drew on, in words, and the screen where it can be read. */

/** @import { Drawn } from "../frames.js" */
/** @import { Replica } from "../records/replica.js" */

/** @typedef {{ words: string, href: string | null }} Source */

/** @type {Record<string, { words: string, screen: string }>} */
const PLACES = {
  entry: { words: "your journal", screen: "journal" },
  message: { words: "what you said", screen: "talk" },
  letter: { words: "your letters", screen: "letters" },
  goal: { words: "your goals", screen: "goals" },
  step: { words: "your goals", screen: "goals" },
  check_in: { words: "your check-ins", screen: "goals" },
  affirmation: { words: "your affirmations", screen: "goals" },
  answer: { words: "your answers", screen: "answers" },
};

const DAYS = new Intl.DateTimeFormat([], { dateStyle: "long" });

/**
 * @param {Replica} replica
 * @param {Drawn} drawn
 * @returns {Source}
 */
export function source(replica, { record, kind, day }) {
  const shown = replica.find(record);
  // Of what the future self said, and of words that were kept, the record says where they stand.
  const held = shown?.head.kind === "keepsake" ? "message" : (shown?.head.kind ?? kind);
  const at = held === "message" ? (shown?.head.body.message ?? record) : record;
  const place = PLACES[held] ?? { words: "what you told", screen: "" };
  const words = kind === "reply" ? "what I said before" : place.words;
  const date = DAYS.format(new Date(`${day}T12:00`));
  const isThere = shown !== null && place.screen !== "";
  const href = isThere ? `#${place.screen}/${at}` : null;
  return { words: `From ${words}, ${date}${shown ? "" : ", no longer here"}`, href };
}

/**
 * A line of a list, which leads to where it can be read.
 * @param {Source} source
 */
export function line({ words, href }) {
  const [line, link] = [document.createElement("li"), document.createElement("a")];
  if (!href) {
    line.textContent = words;
    return line;
  }
  link.textContent = words;
  link.href = href;
  line.append(link);
  return line;
}
