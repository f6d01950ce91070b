/**
 * The answers that this device is reading. It asks the box for what it missed, so that whoever
 * looks sees each word once; what an answer belongs to is not its business.
 */

/** @import { ChatDelta, ChatDone, ChatStatus, LiveTurn, PhoneFrame, Resume } from "./frames.js" */
/** @import { Turn } from "./turns.js" */

import { MOST_TURNS } from "./frames.js";
import { advance, begin } from "./turns.js";

export class Reading {
  /** @type {Map<string, Turn>} */
  #turns = new Map();
  #send;

  /** @param {(frame: PhoneFrame) => boolean} send */
  constructor(send) {
    this.#send = send;
  }

  /** @returns {Turn[]} */
  get turns() {
    return [...this.#turns.values()];
  }

  /** @returns {Resume[]} how far each answer is read, for the hello */
  get places() {
    const places = this.turns.map(({ id, sequence }) => ({ turn: id, after: sequence }));
    return places.slice(-MOST_TURNS);
  }

  /**
   * Read an answer that the box is about to send.
   * @param {LiveTurn} live
   */
  begin(live) {
    if (!this.#turns.has(live.turn)) this.#turns.set(live.turn, begin(live));
  }

  /**
   * Read along with what the member's other devices are reading.
   * @param {LiveTurn[]} live
   */
  join(live) {
    for (const one of live) {
      if (this.#turns.has(one.turn)) continue;
      this.begin(one);
      this.resume(one.turn);
    }
  }

  /**
   * Take a frame. Returns the answer once it is whole, and stops reading it.
   * @param {ChatStatus | ChatDelta | ChatDone} frame
   * @returns {Turn | null}
   */
  take(frame) {
    const before = this.#turns.get(frame.turn);
    if (!before) return null;
    const turn = advance(before, frame);
    this.#turns.set(turn.id, turn);
    if (turn.behind && !before.behind) this.resume(turn.id);
    return turn.state === "done" ? this.drop(turn.id) : null;
  }

  /**
   * Ask for the words after those that are here.
   * @param {string} turn
   */
  resume(turn) {
    const after = this.#turns.get(turn)?.sequence ?? 0;
    this.#send({ type: "chat.resume", id: turn, turn, after });
  }

  /**
   * Stop reading.
   * @param {string} turn
   * @returns {Turn | null} what was being read
   */
  drop(turn) {
    const dropped = this.#turns.get(turn) ?? null;
    this.#turns.delete(turn);
    return dropped;
  }

  /**
   * Stop an answer at the box; the words that are there stay.
   * @param {string} turn
   */
  stop(turn) {
    this.#send({ type: "chat.cancel", id: `stop-${turn}`, turn });
  }
}
