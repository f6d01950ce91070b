/** The fixed words of care, in the language of the phone: written by people, never by a model. */

/** @import { Joined } from "../api.js" */
/** @import { Verdict } from "./recogniser.js" */

import { read } from "../kept.js";
import { lasting } from "./lasting.js";

export const LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt"];

/** @typedef {{ card: Record<string, string>, aside: string, answers: Record<string, { text: string, question: string }>, grown_up: string, journal: string, check_in: string, program: string, break: string, people: string }} CareWords */

/** The phone's own language, or English. */
export const language =
  navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => LANGUAGES.includes(tag)) ?? "en";

/** @type {() => Promise<CareWords>} */
export const words = lasting(async () => (await fetch(`/web/care/words/${language}.json`)).json());

/**
 * What stands beside words that somebody wrote: who speaks, what is true, and one question; for what is
 * only heavy, one line. As words.py on the box.
 * @param {Verdict} verdict
 */
export async function beside({ tier, topic }) {
  if (!tier) return "";
  const { aside, answers, grown_up, journal } = await words();
  if (tier < 2) return journal;
  const said = answers[`${topic} ${tier}`] ?? answers[nearest(topic)];
  if (!said) throw new TypeError(`no words for ${topic}`);
  const isChild = read("who", /** @type {Joined | null} */ (null))?.role === "child";
  return [aside, said.text, isChild ? grown_up : "", said.question].filter(Boolean).join("\n\n");
}

/** @param {string} topic */
function nearest(topic) {
  return topic === "self_harm" || topic === "eating" ? "medical 3" : "suicide 2";
}
