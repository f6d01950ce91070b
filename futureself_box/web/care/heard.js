/**
 * What was heard in what the member wrote for themselves: records beside their records. This phone
 * writes one by the lexicon as soon as something is saved, the box another where the meaning tells more.
 * They go the way of all records, so nobody else gets them, and they are shown for two days.
 */

/** @import { Replica } from "../records/replica.js" */
/** @import { Verdict } from "./recogniser.js" */

import { milliseconds } from "../records/clock.js";
import { save } from "../records/saving.js";
import { assess, highest, URGENT } from "./recogniser.js";

const KIND = "care";
const SHOWN_MS = 2 * 86_400_000;

/** @typedef {{ verdict: Verdict, records: string[] }} Heard of one version, by all who read it */

/** @type {Record<string, (body: any) => string>} the words of what is written at length, by kind */
const WORDS = {
  entry: ({ text }) => text,
  check_in: ({ note = "" }) => note,
  goal: ({ title, why = "" }) => `${title}\n${why}`,
};

/**
 * Look at what was just saved.
 * @param {Replica} replica
 * @param {string} kind
 * @param {string} record
 */
export async function look(replica, kind, record) {
  const head = replica.shown(kind).find(({ id }) => id === record)?.head;
  if (!head) return;
  const { tier, topic } = await assess(WORDS[kind]?.(head.body) ?? "");
  if (!tier) return;
  const at = new Date().toISOString();
  // A full phone was told of with the words themselves.
  await save(replica, { kind: KIND, body: { record, revision: head.rev_id, tier, topic, at } });
}

/**
 * What was heard lately, by version.
 * @param {Replica} replica
 * @returns {Map<string, Heard>}
 */
export function heardLately(replica) {
  /** @type {Map<string, Heard>} */
  const found = new Map();
  for (const { id, head } of replica.shown(KIND)) {
    const { revision, at, tier, topic } = head.body;
    if (Date.now() - Date.parse(at) > SHOWN_MS) continue;
    const { verdict, records } = found.get(revision) ?? { verdict: { tier: 0, topic }, records: [] };
    found.set(revision, {
      verdict: highest([verdict, { tier, topic }]),
      records: [...records, id],
    });
  }
  return found;
}

/**
 * The member has read it: it stands on none of their phones any more.
 * @param {Replica} replica
 * @param {Heard} heard
 */
export async function hide(replica, { records }) {
  for (const record of records) await save(replica, { record, kind: KIND, op: "purge" });
}

/**
 * Whether something urgent was heard on this day, in an entry or in a conversation: the app then keeps
 * quiet, and greets with nothing.
 * @param {Replica} replica
 */
export function isHardDay(replica) {
  const today = new Date().toDateString();
  const urgent = [
    ...replica.shown(KIND).filter(({ head }) => head.body.tier === URGENT),
    ...replica.shown("message").filter(({ head: { body } }) => isUrgentAnswer(body)),
  ];
  return urgent.some(({ head }) => new Date(milliseconds(head.clock)).toDateString() === today);
}

/** @param {{ mode?: string, why?: string }} body of a message; the box itself says why it spoke */
function isUrgentAnswer({ mode, why = "" }) {
  return mode === "care" && why.endsWith(` ${URGENT}`);
}
