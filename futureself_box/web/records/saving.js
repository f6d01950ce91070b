/** Writing a record for a person: what goes wrong on the phone's disk is said, and nothing is lost. */

/** @import { Placed, Replica, Shown } from "./replica.js" */

/** @typedef {Parameters<Replica["write"]>[0]} Change */

export const ON_BOX = "On the box";
export const IN_CLOUD = "On the box and in the cloud";
export const FULL =
  "This phone has no room left. Your words stay here; free some space, then save again.";

/**
 * @param {Replica} replica
 * @param {Change} change
 * @returns {Promise<string>} why it is not on the phone; empty where it is
 */
export async function save(replica, change) {
  try {
    await replica.write(change);
    return "";
  } catch (problem) {
    if (!(problem instanceof DOMException)) throw problem;
    return FULL;
  }
}

/**
 * To the trash, with every version that crossed it.
 * @param {Replica} replica
 * @param {Shown} shown
 */
export function discard(replica, { id, head, others }) {
  const settles = others.map(({ rev_id }) => rev_id);
  return save(replica, { record: id, kind: head.kind, op: "del", settles });
}

/**
 * Where a version lies: said from what box and cloud have acknowledged, and from nothing else.
 * @param {Pick<Placed, "acknowledged" | "problem" | "inCloud">[]} revisions
 */
export function whereabouts(...revisions) {
  const problem = revisions.find((revision) => revision.problem)?.problem;
  if (problem) return `On this phone. ${problem}`;
  if (!revisions.every(({ acknowledged }) => acknowledged)) return "On this phone";
  return revisions.every(({ inCloud }) => inCloud) ? IN_CLOUD : ON_BOX;
}
