/**
 * Brings the phone's records and the box's together over the socket: hands over what the box has not
 * acknowledged, then reads what is new. One request is under way at a time, and any of them may be
 * lost, since each can be made again.
 */

/** @import { BoxError, BoxFrame, RecordsAck, RecordsChanges } from "../frames.js" */
/** @import { BoxSocket } from "../socket.js" */
/** @import { Revision } from "./heads.js" */
/** @import { Replica } from "./replica.js" */

const PREFIX = "records:";
const MOST_CHANGES = 100;
/** Well below the box's limit of 256 KiB, whatever escapes the text needs. */
const MOST_BYTES = 200_000;
const AGAIN_MS = 10_000;

/** @param {string | null | undefined} id whether a frame's id is one of ours */
export const isOurs = (id) => id?.startsWith(PREFIX) ?? false;

/** Events `state`: `problem` is another sentence now, or none; `caught-up`: all that is new is read. */
export class Sync extends EventTarget {
  /** Why nothing goes on, for a person; empty where it does. */
  problem = "";

  #replica;
  #socket;
  #requests = 0;
  /** The request under way. */
  #asked = "";
  #behind = true;
  /** Whether it pauses after a refusal, such as a full disk on the box. */
  #pausing = false;

  /**
   * @param {Replica} replica
   * @param {BoxSocket} socket
   */
  constructor(replica, socket) {
    super();
    this.#replica = replica;
    this.#socket = socket;
    replica.addEventListener("change", () => this.#next());
    socket.addEventListener("state", () => (this.#asked = ""));
    socket.addEventListener("frame", (event) => {
      this.#take(/** @type {CustomEvent<BoxFrame>} */ (event).detail);
    });
  }

  /** Whether this phone has read what the box has. */
  get caughtUp() {
    return !this.#behind && !this.#asked;
  }

  /** Read what is new on the box, as after something was done there. */
  refresh() {
    this.#behind = true;
    this.#next();
  }

  /** @param {BoxFrame} frame */
  async #take(frame) {
    if (frame.type === "welcome") {
      this.#behind = true;
      this.#pausing = false;
      await this.#meet(frame.epoch ?? "");
    } else if (frame.type === "poke") {
      this.#behind ||= frame.head > this.#replica.place.cursor;
      if (frame.cloud !== undefined && frame.cloud !== null) {
        await this.#replica.takeCloud(frame.cloud);
      }
    } else if ("id" in frame && frame.id === this.#asked) {
      await this.#answered(frame);
      if (this.#asked === frame.id) this.#asked = "";
    } else {
      return;
    }
    this.#next();
  }

  /** @param {string} epoch of the box that answers */
  async #meet(epoch) {
    const known = this.#replica.place.epoch;
    if (known !== null && known !== epoch) await this.#replica.beginEpoch(epoch);
  }

  /** @param {BoxFrame} frame */
  async #answered(frame) {
    if (frame.type === "error") return this.#failed(frame);
    if (frame.type === "records.ack") await this.#acknowledged(frame);
    if (frame.type === "records.changes") await this.#read(frame);
    this.#tell("");
  }

  /** @param {RecordsAck} frame */
  async #acknowledged({ acks, epoch, head }) {
    const known = this.#replica.place.epoch;
    if (known !== null && known !== epoch) return this.#replica.beginEpoch(epoch);
    await this.#replica.take(acks);
    this.#behind ||= head > this.#replica.place.cursor;
  }

  /** @param {RecordsChanges} frame */
  async #read(frame) {
    await this.#replica.takePage(frame);
    this.#behind ||= frame.more;
  }

  /** @param {BoxError} error */
  async #failed({ code, message, hint }) {
    this.#behind = true;
    if (code === "epoch_changed") return this.#replica.beginEpoch(null);
    this.#tell(`${message} ${hint}`);
    this.#pausing = true;
    setTimeout(() => {
      this.#pausing = false;
      this.#next();
    }, AGAIN_MS);
  }

  #next() {
    if (this.#asked || this.#pausing) return;
    const changes = batch(this.#replica.pending());
    if (changes.length) this.#ask({ type: "records.push", changes });
    else if (this.#behind) {
      const { cursor, epoch } = this.#replica.place;
      // Taken back now, and not with the answer: what a poke says meanwhile comes after it.
      this.#behind = false;
      this.#ask({ type: "records.pull", cursor, epoch });
    } else this.dispatchEvent(new Event("caught-up"));
  }

  /** @param {any} request without its id */
  #ask(request) {
    const id = `${PREFIX}${(this.#requests += 1)}`;
    if (this.#socket.send({ ...request, id })) this.#asked = id;
  }

  /** @param {string} problem */
  #tell(problem) {
    if (this.problem === problem) return;
    this.problem = problem;
    this.dispatchEvent(new Event("state"));
  }
}

/**
 * As many of the oldest as one frame takes.
 * @param {Revision[]} pending
 */
function batch(pending) {
  let bytes = 0;
  const changes = [];
  for (const { acknowledged: _, problem: __, ...change } of pending.slice(0, MOST_CHANGES)) {
    bytes += new TextEncoder().encode(JSON.stringify(change)).length;
    if (changes.length && bytes > MOST_BYTES) break;
    changes.push(change);
  }
  return changes;
}
