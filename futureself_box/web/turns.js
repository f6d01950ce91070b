/**
 * One answer as it arrives: pure functions from a turn and a frame to the next turn. The rule that
 * makes words neither lost nor doubled lives here: a delta counts only where its `after` is the
 * number of the last one taken.
 */

/** @import { ChatDelta, ChatDone, ChatStatus, Drawn, LiveTurn, Outcome } from "./frames.js" */

/**
 * @typedef {object} Turn
 * @property {string} id
 * @property {string} message the message that it answers
 * @property {string} reply the record that the answer becomes
 * @property {"accepted" | "waiting" | "reading" | "writing" | "done"} state
 * @property {number} place in line, 1 is next
 * @property {number} share of the prompt that is read, 0 to 1
 * @property {number} sequence of the last delta taken
 * @property {string} text
 * @property {Outcome | null} outcome
 * @property {string} mode in which it was given, once it is whole
 * @property {string} why
 * @property {Drawn[]} drewOn
 * @property {boolean} behind whether deltas are missing and the box must be asked for them
 */

/**
 * @param {LiveTurn} live
 * @returns {Turn}
 */
export function begin({ turn, message, reply }) {
  return {
    id: turn,
    message,
    reply: reply ?? turn,
    state: "accepted",
    place: 0,
    share: 0,
    sequence: 0,
    text: "",
    outcome: null,
    mode: "",
    why: "",
    drewOn: [],
    behind: false,
  };
}

/**
 * @param {Turn} turn
 * @param {ChatStatus | ChatDelta | ChatDone} frame
 * @returns {Turn}
 */
export function advance(turn, frame) {
  switch (frame.type) {
    case "chat.status":
      return takeStatus(turn, frame);
    case "chat.delta":
      return takeDelta(turn, frame);
    case "chat.done":
      return takeDone(turn, frame);
  }
}

/**
 * @param {Turn} turn
 * @param {ChatStatus} frame
 */
function takeStatus(turn, frame) {
  // A repeated status, after the first words, must not go back behind them.
  if (turn.text) return turn;
  const share = frame.total ? frame.done / frame.total : 0;
  return { ...turn, state: frame.state, place: frame.place, share };
}

/**
 * @param {Turn} turn
 * @param {ChatDelta} frame
 * @returns {Turn}
 */
function takeDelta(turn, frame) {
  if (frame.sequence <= turn.sequence) return turn;
  if (frame.after !== turn.sequence) return { ...turn, behind: true };
  const text = turn.text + frame.text;
  return { ...turn, state: "writing", sequence: frame.sequence, text, behind: false };
}

/**
 * @param {Turn} turn
 * @param {ChatDone} frame
 * @returns {Turn}
 */
function takeDone(turn, frame) {
  const whole = frame.text ?? null;
  if (whole === null && frame.sequence !== turn.sequence) return { ...turn, behind: true };
  return {
    ...turn,
    state: "done",
    sequence: frame.sequence,
    // The record is trimmed; so is this, and a reload shows the same.
    text: (whole ?? turn.text).trim(),
    outcome: frame.outcome,
    mode: frame.mode ?? "",
    why: frame.why ?? "",
    drewOn: frame.drew_on ?? [],
    behind: false,
  };
}
