/**
 * The frames that this app and the box exchange, as types; api/frames.py is their source.
 * Nothing here runs.
 *
 * @typedef {{ turn: string, message: string, reply?: string | null }} LiveTurn
 * @typedef {{ record: string, kind: string, day: string }} Drawn
 * @typedef {"complete" | "length" | "cancelled"} Outcome
 *
 * @typedef {{ turn: string, after: number }} Resume
 * @typedef {{ type: "hello", token: string, schema: number, turns: Resume[] }} Hello
 * @typedef {{ type: "chat.send", id: string, message: string, revision: string, text: string,
 *   thread?: string | null }} ChatSend
 * @typedef {{ type: "chat.again", id: string, reply: string, turn: string, goes_on: boolean }} ChatAgain
 * @typedef {{ type: "chat.cancel", id: string, turn: string }} ChatCancel
 * @typedef {{ type: "chat.resume", id: string, turn: string, after: number }} ChatResume
 * @typedef {{ type: "ping", id: string }} Ping
 * @typedef {object} RecordChange
 * @property {string} rev_id
 * @property {string} record
 * @property {string} kind
 * @property {"put" | "del" | "purge"} op
 * @property {string} clock
 * @property {any} body
 * @property {string | null} [parent]
 * @property {string[]} [settles]
 * @property {number} [schema]
 * @property {string} [device]
 * @property {number} [sequence]
 * @property {string[]} [others] the record's other leaves; what else is held of it can go
 *
 * @typedef {{ type: "records.push", id: string, changes: RecordChange[] }} RecordsPush
 * @typedef {{ type: "records.pull", id: string, cursor: number, epoch: string | null }} RecordsPull
 * @typedef {Hello | ChatSend | ChatAgain | ChatCancel | ChatResume | RecordsPush | RecordsPull | Ping} PhoneFrame
 *
 * @typedef {object} Welcome
 * @property {"welcome"} type
 * @property {string} member
 * @property {string} name
 * @property {"owner" | "adult" | "child"} role
 * @property {string} device
 * @property {LiveTurn[]} turns
 * @property {string | null} [box] the box's id
 * @property {string[]} [addresses] every origin of the box, its name first
 * @property {string} [epoch] what cursors count in
 *
 * @typedef {{ type: "chat.accepted", id: string, message: string, turn: string, clock: string,
 *   reply?: string | null }} ChatAccepted
 * @typedef {{ type: "chat.status", turn: string, state: "waiting" | "reading" | "writing",
 *   place: number, done: number, total: number }} ChatStatus
 * @typedef {{ type: "chat.delta", turn: string, after: number, sequence: number, text: string }} ChatDelta
 * @typedef {{ type: "chat.done", turn: string, sequence: number, outcome: Outcome,
 *   text?: string | null, mode?: string, why?: string, drew_on?: Drawn[] }} ChatDone
 * @typedef {{ rev_id: string, sequence?: number, clock?: string, superseded?: boolean,
 *   problem?: { code: string, message: string, hint: string } }} RecordAck
 * @typedef {{ type: "records.ack", id: string, acks: RecordAck[], head: number,
 *   epoch: string }} RecordsAck
 * @typedef {{ type: "records.changes", id: string, changes: RecordChange[], cursor: number,
 *   head: number, more: boolean, epoch: string, cloud?: number }} RecordsChanges
 *
 * @typedef {{ type: "poke", head: number, turns?: LiveTurn[], cloud?: number | null }} Poke
 * @typedef {{ type: "notice" }} Notice something about the member has changed
 * @typedef {"program" | "break" | "people" | "check_in"} ReminderKind
 * @typedef {{ type: "reminder", kinds: ReminderKind[] }} Reminder
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
 * @typedef {Welcome | ChatFrame | RecordsAck | RecordsChanges | Poke | Notice | Reminder | Pong | BoxError} BoxFrame
 */

export const SCHEMA = 1;
/** The most turns that a hello may name. */
export const MOST_TURNS = 16;
