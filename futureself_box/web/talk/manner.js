/**
 * What the member's records say of the manner of the conversations: the mode that was chosen, signs,
 * kept words and titles. Read when records change, not with every word that arrives.
 */

/** @import { Replica } from "../records/replica.js" */
/** @import { Entry } from "../thread.js" */
/** @import { Speaking } from "./mode-chip.js" */

import { CARE } from "./care.js";
import { isMode, reason } from "./modes.js";
import { kept, signs } from "./signs.js";
import { source } from "./sources.js";
import * as wishes from "./wishes.js";

/**
 * @typedef {object} Manner
 * @property {import("./modes.js").Mode | null} chosen
 * @property {Record<string, string[]>} declined
 * @property {Map<string, string>} signs by message
 * @property {Set<string>} kept messages
 */

/**
 * @param {Replica} replica
 * @returns {Manner}
 */
export function mannerOf(replica) {
  return {
    chosen: wishes.chosen(replica),
    declined: wishes.declined(replica),
    signs: signs(replica),
    kept: kept(replica),
  };
}

/**
 * The entries of a thread with what the records say of each.
 * @param {Entry[]} entries
 * @param {Manner} manner
 * @param {Replica} replica
 * @param {boolean} child whether the member is one
 * @returns {Entry[]}
 */
export function dressed(entries, { signs, kept }, replica, child) {
  return entries.map((entry) => ({
    ...entry,
    sign: signs.get(entry.id) ?? "",
    kept: kept.has(entry.id),
    child,
    sources: (entry.drewOn ?? []).map((drawn) => source(replica, drawn)),
  }));
}

/**
 * Who speaks now, since which change, and who spoke before it.
 * @param {Entry[]} entries
 * @param {Manner} manner
 * @returns {Omit<Speaking, "child">}
 */
export function speaking(entries, { chosen, declined }) {
  const spoken = entries.filter(({ mode = "" }) => isMode(mode));
  const mode = spoken.at(-1)?.mode ?? "";
  const other = spoken.findLastIndex((entry) => entry.mode !== mode);
  const since = spoken.slice(other + 1);
  const why = since.findLast((entry) => reason(entry.why ?? ""))?.why ?? "";
  const before = spoken[other]?.mode ?? "";
  const isAside = entries.findLast((entry) => entry.mode)?.mode === CARE;
  const goesBack = isMode(before) && (declined[why] ?? []).includes(mode);
  return { mode, why, before, chosen, goesBack, isAside };
}
