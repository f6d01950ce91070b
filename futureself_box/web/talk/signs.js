/** Signs on messages, and words that the member wants remembered: records, as everything else. */

/** @import { Replica } from "../records/replica.js" */
/** @import { Speaker } from "../thread.js" */

import { discard, save } from "../records/saving.js";

/** What can be put on an answer, and how a screen reader says it. */
export const SIGNS = { "♥": "Heart", "☺": "Smile", "…": "I am thinking", "≠": "That is not me" };

/**
 * The signs by message.
 * @param {Replica} replica
 * @returns {Map<string, string>}
 */
export function signs(replica) {
  const found = replica.shown("reaction").sort((a, b) => (a.head.clock < b.head.clock ? -1 : 1));
  return new Map(found.map(({ head: { body } }) => [body.message, body.sign]));
}

/**
 * Put a sign on a message, or take the same one away.
 * @param {Replica} replica
 * @param {string} message
 * @param {string} sign
 */
export function react(replica, message, sign) {
  const known = replica.shown("reaction").find(({ head }) => head.body.message === message);
  const gone = known?.head.body.sign === sign;
  const change = gone ? { op: /** @type {"del"} */ ("del") } : { body: { message, sign } };
  return save(replica, { kind: "reaction", record: known?.id, ...change });
}

/**
 * The messages whose words are kept.
 * @param {Replica} replica
 * @returns {Set<string>}
 */
export function kept(replica) {
  return new Set(replica.shown("keepsake").map(({ head }) => head.body.message));
}

/**
 * Keep a message's words, or let go of those that are kept.
 * @param {Replica} replica
 * @param {{ id: string, by: Speaker, text: string, writtenAt: number }} message
 */
export function remember(replica, { id, by, text, writtenAt }) {
  const known = replica.shown("keepsake").find(({ head }) => head.body.message === id);
  if (known) return discard(replica, known);
  const at = new Date(writtenAt);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  return save(replica, { kind: "keepsake", body: { text, by, day, message: id } });
}
