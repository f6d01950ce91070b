/** Conversations as this phone's records have them: finding one by its words, putting one away. */

/** @import { Replica, Shown } from "../records/replica.js" */

import * as outbox from "../outbox.js";
import { discard } from "../records/saving.js";

const FIRST = "Our first conversation";

/**
 * @param {Shown | null} thread null for the first one
 * @returns {string}
 */
export function titleOf(thread) {
  return thread ? thread.head.body.title : FIRST;
}

/**
 * The conversations beside the first one.
 * @param {Replica} replica
 */
export function newestFirst(replica) {
  return replica.shown("thread").sort((a, b) => (a.head.clock < b.head.clock ? 1 : -1));
}

/**
 * @param {Replica} replica
 * @param {string} message
 * @returns {string | null | undefined} its conversation; undefined where this phone doesn't know it
 */
export function threadOf(replica, message) {
  const sent = outbox.find(message);
  if (sent) return sent.thread ?? null;
  const said = replica.find(message);
  return said ? (said.head.body.thread ?? null) : undefined;
}

/**
 * Whether a conversation has all the words that were typed, in its title or in what was said.
 * @param {Replica} replica
 * @param {Shown | null} thread
 * @param {string} asked
 */
export function matches(replica, thread, asked) {
  const words = folded(asked).split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const said = messages(replica, thread?.id ?? null).map(({ head }) => head.body.text);
  const texts = [titleOf(thread), ...said].map(folded);
  return texts.some((text) => words.every((word) => text.includes(word)));
}

/**
 * Put a conversation and everything that was said in it in the trash.
 * @param {Replica} replica
 * @param {Shown} thread
 * @returns {Promise<string>} why it is not all there; empty where it is
 */
export async function throwAway(replica, thread) {
  for (const one of [...messages(replica, thread.id), thread]) {
    const problem = await discard(replica, one);
    if (problem) return problem;
  }
  return "";
}

/**
 * @param {Replica} replica
 * @param {string | null} thread
 */
function messages(replica, thread) {
  return replica.shown("message").filter(({ head }) => (head.body.thread ?? null) === thread);
}

/** @param {string} text */
function folded(text) {
  return text.toLocaleLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}
