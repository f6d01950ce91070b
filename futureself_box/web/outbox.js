/**
 * Messages on their way: each from the tap on "send" until its answer has come. They are written
 * down before anything is sent and never change, so a message sent twice is one message, and a tab
 * killed at any moment loses none. Read from storage each time: another tab may have written.
 */

import { keep, read } from "./kept.js";
import { uuid7 } from "./uuid.js";

/**
 * @typedef {object} Outgoing
 * @property {string} message
 * @property {string} revision
 * @property {string} text
 * @property {string | null} [thread] its conversation; none for the first
 * @property {number} writtenAt milliseconds since 1970
 * @property {boolean} accepted whether the box has it on its disk
 * @property {string | null} turn the turn that answers it now
 * @property {{ code: string, message: string, hint: string } | null} problem why no answer comes
 */

/** @returns {Outgoing[]} oldest first */
export function all() {
  return read("outbox", []);
}

/**
 * Write a new message down.
 * @param {string} text
 * @param {{ thread: string | null, message?: string }} where with a message: an edit of it
 * @returns {Outgoing}
 */
export function add(text, { thread, message = uuid7() }) {
  return put({
    message,
    revision: uuid7(),
    text,
    thread,
    writtenAt: Date.now(),
    accepted: false,
    turn: null,
    problem: null,
  });
}

/**
 * Add a message or replace what is kept of it.
 * @param {Outgoing} outgoing
 * @returns {Outgoing}
 */
export function put(outgoing) {
  const others = all();
  const at = others.findIndex((other) => other.message === outgoing.message);
  if (at < 0) others.push(outgoing);
  else others[at] = outgoing;
  keep("outbox", others);
  return outgoing;
}

/**
 * Change what is known of a message that is on its way; others are left alone.
 * @param {string} message
 * @param {Partial<Pick<Outgoing, "accepted" | "turn" | "problem">>} change
 */
export function update(message, change) {
  const found = find(message);
  if (found) put({ ...found, ...change });
}

/**
 * @param {string} message
 * @returns {Outgoing | undefined}
 */
export function find(message) {
  return all().find((outgoing) => outgoing.message === message);
}

/**
 * Its answer has come.
 * @param {string} message
 */
export function remove(message) {
  keep(
    "outbox",
    all().filter((outgoing) => outgoing.message !== message),
  );
}
