/** The fixed words of care, in the language of the phone: written by people, never by a model. */

import { lasting } from "./lasting.js";

const LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt"];

/** @typedef {{ card: Record<string, string>, aside: string, answers: Record<string, { text: string, question: string }>, grown_up: string, journal: string, check_in: string, program: string, break: string, people: string }} CareWords */

/** The phone's own language, or English. */
export const language =
  navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => LANGUAGES.includes(tag)) ?? "en";

/** @type {() => Promise<CareWords>} */
export const words = lasting(async () => (await fetch(`/web/care/words/${language}.json`)).json());
