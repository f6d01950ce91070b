/** The country whose lines are shown: the owner's choice, or what this phone was set to meanwhile. */

import { keep, read } from "../kept.js";

/** @returns {string} two letters, or "" where nobody chose and the phone's language names no country */
export function region() {
  const chosen = read("care-region", "");
  if (chosen) return chosen;
  const named = navigator.languages.map((tag) => new Intl.Locale(tag).region).find(Boolean);
  return named ?? "";
}

/** @param {string} chosen */
export function choose(chosen) {
  keep("care-region", chosen);
}

/**
 * The country's name in a language.
 * @param {string} code
 * @param {string} language
 */
export function nameOf(code, language) {
  return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code;
}
