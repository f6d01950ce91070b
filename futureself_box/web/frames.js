/**
 * The frames that this app and the box exchange, as types; api/frames.py is their source.
 * Nothing here runs.
 *
 * @typedef {{ turn: string, message: string }} LiveTurn
 * @typedef {"complete" | "length" | "cancelled"} Outcome
 *
 * @typedef {{ turn: string, after: number }} Resume
 * @typedef {{ type: "hello", token: string, schema: number, turns: Resume[] }} Hello
 * @typedef {{ type: "chat.send", id: string, message: string, revision: string, text: string }} ChatSend
 * @typedef {{ type: "chat.cancel", id: string, turn: string }} ChatCancel
 * @typedef {{ type: "chat.resume", id: string, turn: string, after: number }} ChatResume
 * @typedef {{ type: "ping", id: string }} Ping
 * @typedef {Hello | ChatSend | ChatCancel | ChatResume | Ping} PhoneFrame
 *
 * @typedef {object} Welcome
 * @property {"welcome"} type
 * @property {string} member
 * @property {string} name
 * @property {"owner" | "adult"} role
 * @property {string} device
 * @property {LiveTurn[]} turns
 *
 * @typedef {{ type: "chat.accepted", id: string, message: string, turn: string, clock: string }} ChatAccepted
 * @typedef {{ type: "chat.status", turn: string, state: "waiting" | "reading" | "writing",
 *   place: number, done: number, total: number }} ChatStatus
 * @typedef {{ type: "chat.delta", turn: string, after: number, sequence: number, text: string }} ChatDelta
 * @typedef {{ type: "chat.done", turn: string, sequence: number, outcome: Outcome,
 *   text?: string | null }} ChatDone
 * @typedef {{ type: "poke", head: number, turns?: LiveTurn[] }} Poke
 * @typedef {{ type: "pong", id: string }} Pong
 *
 * @typedef {object} BoxError
 * @property {"error"} type
 * @property {string} code
 * @property {string} message
 * @property {string} hint
 * @property {string | null} [id]
 * @property {string | null} [turn]
 *
 * @typedef {ChatAccepted | ChatStatus | ChatDelta | ChatDone} ChatFrame
 * @typedef {Welcome | ChatFrame | Poke | Pong | BoxError} BoxFrame
 */

export const SCHEMA = 1;
/** The most turns that a hello may name. */
export const MOST_TURNS = 16;
