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
 * @param {Replica} replica
 * @param {string} message
 * @returns {string | null | undefined} its conversation; undefined where this phone doesn't know it
 */
export function threadOf(replica, message) {
  const sent = outbox.find(message);
  if (sent) return sent.thread ?? null;
  const said = replica.find(message);
  return said ? threadIn(said) : undefined;
}

/**
 * The conversations, the first one (null) first, that have all the words which were typed: in the title
 * or in one message.
 * @param {Replica} replica
 * @param {string} asked
 * @returns {(Shown | null)[]}
 */
export function having(replica, asked) {
  const threads = [null, ...newestFirst(replica)];
  const words = folded(asked).split(/\s+/).filter(Boolean);
  if (!words.length) return threads;
  const said = Map.groupBy(replica.shown("message"), threadIn);
  return threads.filter((thread) => {
    const messages = said.get(thread?.id ?? null) ?? [];
    const texts = [titleOf(thread), ...messages.map(({ head }) => head.body.text)].map(folded);
    return texts.some((text) => words.every((word) => text.includes(word)));
  });
}

/**
 * Put a conversation and everything that was said in it in the trash.
 * @param {Replica} replica
 * @param {Shown} thread
 * @returns {Promise<string>} why it is not all there; empty where it is
 */
export async function throwAway(replica, thread) {
  const said = replica.shown("message").filter((message) => threadIn(message) === thread.id);
  for (const one of [...said, thread]) {
    const problem = await discard(replica, one);
    if (problem) return problem;
  }
  return "";
}

/**
 * The conversations beside the first one.
 * @param {Replica} replica
 */
function newestFirst(replica) {
  return replica.shown("thread").sort((a, b) => (a.head.clock < b.head.clock ? 1 : -1));
}

/**
 * @param {Shown} message
 * @returns {string | null} its conversation
 */
function threadIn({ head }) {
  return head.body.thread ?? null;
}

/** @param {string} text */
function folded(text) {
  return text.toLocaleLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}
