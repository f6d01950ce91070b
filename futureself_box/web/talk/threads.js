/** Conversations as this phone's records have them: finding one by its words, putting one away. */

/** @import { Replica, Shown } from "../records/replica.js" */

import { discard } from "../records/saving.js";

/**
 * Whether a conversation has all the words that were typed, in its title or in what was said.
 * @param {Replica} replica
 * @param {string | null} thread
 * @param {string} title
 * @param {string} asked
 */
export function matches(replica, thread, title, asked) {
  const words = folded(asked).split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const texts = [title, ...messages(replica, thread).map(({ head }) => head.body.text)].map(folded);
  return texts.some((text) => words.every((word) => text.includes(word)));
}

/**
 * Put a conversation and everything that was said in it in the trash.
 * @param {Replica} replica
 * @param {Shown} shown
 */
export async function throwAway(replica, shown) {
  for (const message of messages(replica, shown.id)) await discard(replica, message);
  await discard(replica, shown);
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
