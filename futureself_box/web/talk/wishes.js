/** What the member wants of the future self's manner: preferences, on every device the same. */

/** @import { Replica } from "../records/replica.js" */
/** @import { Mode } from "./modes.js" */

import { save } from "../records/saving.js";

// The ids that the box makes of the names (records/kinds.py, preference_id).
const MODE = { record: "5a500f37-16c7-571b-b007-6d858c312ccf", name: "talk.mode" };
const DECLINED = { record: "a99d7213-92af-5eb2-a3ee-8c6462851ce8", name: "talk.declined" };

/**
 * The mode that the member chose; null where the box chooses.
 * @param {Replica} replica
 * @returns {Mode | null}
 */
export function chosen(replica) {
  return read(replica, MODE) ?? null;
}

/**
 * The changes that were taken back: modes by the reason for which they came.
 * @param {Replica} replica
 * @returns {Record<string, string[]>}
 */
export function declined(replica) {
  return read(replica, DECLINED) ?? {};
}

/**
 * Choose a mode; null leaves it to the box, and forgets which changes were taken back.
 * @param {Replica} replica
 * @param {Mode | null} mode
 */
export async function choose(replica, mode) {
  const problem = await write(replica, MODE, mode);
  return problem || mode !== null ? problem : write(replica, DECLINED, {});
}

/**
 * Take a change back: this mode shall not come for this reason.
 * @param {Replica} replica
 * @param {{ mode: string, why: string }} change
 */
export function decline(replica, { mode, why }) {
  const known = declined(replica);
  const modes = new Set([...(known[why] ?? []), mode]);
  return write(replica, DECLINED, { ...known, [why]: [...modes] });
}

/**
 * @param {Replica} replica
 * @param {{ record: string }} preference
 */
function read(replica, { record }) {
  return replica.find(record)?.head.body.value;
}

/**
 * @param {Replica} replica
 * @param {{ record: string, name: string }} preference
 * @param {unknown} value
 */
function write(replica, { record, name }, value) {
  return save(replica, { record, kind: "preference", body: { name, value } });
}
