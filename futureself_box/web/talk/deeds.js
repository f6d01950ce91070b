/** What a member does with one message, done: on this phone's records, or by asking the box. */

/** @import { Conversation } from "../conversation.js" */
/** @import { Replica } from "../records/replica.js" */

import { react, remember } from "./signs.js";

/** @typedef {"again" | "go-on" | "remember" | "react"} Deed */

/**
 * @param {Conversation} conversation
 * @param {Replica} replica
 * @param {{ message: string, what: Deed, sign?: string }} deed
 * @returns {Promise<string>} what went wrong; empty where it is done
 */
export async function act(conversation, replica, { message, what, sign = "" }) {
  const entry = conversation.entries.find(({ id }) => id === message);
  if (!entry) return "";
  if (what === "remember") return remember(replica, entry);
  if (what === "react") return react(replica, message, sign);
  return conversation.again(message, what === "go-on");
}
