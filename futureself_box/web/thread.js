/**
 * What the thread shows, from what is known: recorded messages, those on their way, and answers
 * that are being written. Pure functions; an answer stands under the message that it answers.
 */

/** @import { Message, Page } from "./api.js" */
/** @import { Drawn } from "./frames.js" */
/** @import { Outgoing } from "./outbox.js" */
/** @import { Source } from "./talk/sources.js" */
/** @import { Turn } from "./turns.js" */

import { CARE } from "./talk/care.js";
import { progress } from "./words.js";

/**
 * @typedef {object} Known
 * @property {Message[]} recorded oldest first
 * @property {Outgoing[]} outbox
 * @property {Turn[]} turns
 * @property {Set<string>} unanswered messages whose answer was interrupted
 * @property {Set<string>} sent messages on this connection's wire
 * @property {boolean} online
 * @property {string | null} thread
 *
 * @typedef {"member" | "future_self" | "box"} Speaker in care, the box itself speaks
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {Speaker} by
 * @property {string} text
 * @property {number} writtenAt
 * @property {string} status
 * @property {boolean} busy whether something goes on that the status names
 * @property {boolean} retry
 * @property {string} [mode] that spoke
 * @property {string} [why]
 * @property {Drawn[]} [drewOn]
 * @property {Source[]} [sources] the same, in words
 * @property {boolean} [child] whether the member is one
 * @property {string} [sign] that the member put on it
 * @property {boolean} [kept] whether its words are to be remembered
 * @property {boolean} [last] whether it is the last answer, and can be written anew
 */

export const NAMES = { member: "You", future_self: "Your future self", box: "The box" };
const INTERRUPTED = "The answer was interrupted. Your message is safe. Tap retry.";
const UNREACHED = "Waiting for the box";
const OUTCOMES = { complete: "", length: "Cut short: it grew too long", cancelled: "You stopped it" };

/**
 * @param {Known} known
 * @returns {Entry[]}
 */
export function arrange(known) {
  const ids = new Set(known.recorded.map((message) => message.id));
  const answers = Map.groupBy(known.recorded, (message) => message.answers ?? "");
  const here = known.outbox.filter(({ thread }) => (thread ?? null) === known.thread);
  const queued = here.filter((outgoing) => !ids.has(outgoing.message));
  const asked = new Set([...ids, ...known.outbox.map((outgoing) => outgoing.message)]);
  return marked([
    ...known.recorded
      .filter((message) => !message.answers || !ids.has(message.answers))
      .flatMap((message) => [
        recorded(message, known),
        ...(answers.get(message.id) ?? []).map((answer) => recorded(answer, known)),
        ...writing(known, message.id),
      ]),
    ...queued.flatMap((outgoing) => [
      own(outgoing.message, outgoing.text, outgoing.writtenAt, known),
      ...writing(known, outgoing.message),
    ]),
    // The member's other device may have asked a moment ago, before the message itself is here.
    ...known.turns.filter((turn) => !asked.has(turn.message)).map((turn) => answering(turn, known)),
  ]);
}

/**
 * Say of the last entry that it can be written anew.
 * @param {Entry[]} entries
 */
function marked(entries) {
  const newest = entries.at(-1);
  if (newest?.by === "future_self" && !newest.busy) newest.last = true;
  return entries;
}

/**
 * Take the newest page in. What is known already stays, unless there is a gap between it and the
 * page: then it goes, and comes again when the reader scrolls up to it.
 * @param {Message[]} known oldest first
 * @param {Page} page
 * @returns {Message[]}
 */
export function merge(known, { messages, more }) {
  const ids = new Set(messages.map((message) => message.id));
  const first = messages[0]?.clock ?? "";
  const others = known.filter((message) => !ids.has(message.id));
  // A message without a clock was recorded a moment ago, so it is newer than any page.
  const older = others.filter((message) => message.clock && message.clock < first);
  const newer = others.filter((message) => !message.clock || message.clock > first);
  const touches = !more || others.length < known.length;
  return [...(touches ? older : []), ...messages, ...newer];
}

/**
 * Who speaks in a message of that role, given in that mode.
 * @param {Message["role"]} role
 * @param {string} [mode]
 * @returns {Speaker}
 */
export function speaker(role, mode) {
  return role === "future_self" && mode === CARE ? "box" : role;
}

/**
 * @param {Message} message
 * @param {Known} known
 * @returns {Entry}
 */
function recorded(message, known) {
  const { id, role, text, written_at, outcome, mode = "", why = "", drew_on: drewOn = [] } = message;
  if (role === "member") return own(id, text, written_at, known);
  const again = known.turns.find((turn) => turn.reply === id && turn.state !== "accepted");
  if (again) return { ...answering(again, known), id };
  const status = OUTCOMES[outcome];
  const by = speaker(role, mode);
  const about = { mode, why, drewOn };
  return { id, by, text, writtenAt: written_at, status, busy: false, retry: false, ...about };
}

/**
 * @param {string} id
 * @param {string} text
 * @param {number} writtenAt
 * @param {Known} known
 * @returns {Entry}
 */
function own(id, text, writtenAt, known) {
  const state = delivery(id, known);
  return { id, by: "member", text, writtenAt, ...state };
}

/**
 * How far a message of the member's is.
 * @param {string} id
 * @param {Known} known
 */
function delivery(id, known) {
  const outgoing = known.outbox.find((other) => other.message === id);
  const problem = outgoing?.problem;
  if (problem) return said(`${problem.message} ${problem.hint}`, { retry: true });
  if (!outgoing) return said(known.unanswered.has(id) ? INTERRUPTED : "", { retry: known.unanswered.has(id) });
  if (!known.online) return said(UNREACHED, { busy: true });
  if (!outgoing.turn) {
    return said(known.sent.has(id) ? "Sending" : "Waiting for the answer before", { busy: true });
  }
  const turn = known.turns.find((other) => other.message === id);
  return said(!turn || turn.state === "accepted" ? "Sent" : "");
}

/**
 * The answer to a message, from the moment that the box is at it.
 * @param {Known} known
 * @param {string} message
 * @returns {Entry[]}
 */
function writing(known, message) {
  return known.turns
    .filter((turn) => turn.message === message && turn.state !== "accepted")
    .filter((turn) => !known.recorded.some(({ id }) => id === turn.reply))
    .map((turn) => answering(turn, known));
}

/**
 * @param {Turn} turn
 * @param {Known} known
 * @returns {Entry}
 */
function answering(turn, known) {
  return {
    id: turn.id,
    by: speaker("future_self", turn.mode),
    text: turn.text,
    writtenAt: Date.now(),
    status: turn.text && known.online ? "" : known.online ? progress(turn) : UNREACHED,
    busy: true,
    retry: false,
  };
}

/**
 * @param {string} status
 * @param {{ busy?: boolean, retry?: boolean }} [more]
 */
function said(status, { busy = false, retry = false } = {}) {
  return { status, busy, retry };
}
