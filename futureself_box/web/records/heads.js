/**
 * What a record shows, and what crossed it: pure functions of the revisions that this device holds.
 * The rule is the box's own (docs/protocol.md, "Records"), so both come to the same.
 */

/**
 * @typedef {object} Revision
 * @property {string} rev_id
 * @property {string} record
 * @property {string} kind
 * @property {"put" | "del" | "purge"} op
 * @property {any} body fields that this app doesn't know are kept
 * @property {string | null} parent
 * @property {string[]} settles
 * @property {string} clock
 * @property {string} device
 * @property {number} schema
 * @property {boolean} acknowledged whether the box has it on its disk
 * @property {number} [sequence] its place in the box's log, once it is there
 * @property {string} [problem] why the box can't keep it
 */

/**
 * @param {Revision[]} revisions of one record
 * @returns {Revision[]} what it shows first, then what crossed it
 */
export function leaves(revisions) {
  const superseded = new Set(revisions.flatMap(({ parent, settles }) => [parent, ...settles]));
  return revisions.filter(({ rev_id }) => !superseded.has(rev_id)).sort((a, b) => -compare(a, b));
}

/**
 * @param {Revision} a
 * @param {Revision} b
 */
function compare(a, b) {
  const [one, other] = [rank(a), rank(b)];
  return one < other ? -1 : Number(one > other);
}

/** @param {Revision} revision */
function rank({ op, clock, device, rev_id }) {
  const weight = { purge: 2, put: 1, del: 0 }[op];
  return `${weight} ${clock} ${device} ${rev_id}`;
}
