/**
 * Carries photos and recordings between the phone and the box: asks which of them the box lacks,
 * sends those in pieces that go on where they broke off, and fetches what is to be seen. What it
 * says of a file it has from the box's own answers.
 */

/** @import { Api } from "../api.js" */
/** @import { Placed, Replica } from "../records/replica.js" */
/** @import { BoxSocket } from "../socket.js" */
/** @import { Link } from "./files.js" */
/** @import { Shelf } from "./shelf.js" */

import { Problem } from "../api.js";
import { FULL, IN_CLOUD, ON_BOX, whereabouts } from "../records/saving.js";
import { linked } from "./shelf.js";

const WORDS_IN_CLOUD = "On the box, the words in the cloud too";
const PIECE_BYTES = 1024 * 1024;
const MOST_ASKED = 500;
const AGAIN_MS = 10_000;
/** Sent again, these would end the same way. */
const FINAL = new Set(["attachment_too_large", "attachment_unreadable"]);

/** Event `state`: `problem` is another sentence now, or none. */
export class Carrier extends EventTarget {
  /** Why nothing goes on, for a person; empty where it does. */
  problem = "";

  shelf;

  #api;
  #replica;
  #socket;
  /** @type {Set<string>} what the box said that it lacks, on this connection */
  #lacked = new Set();
  #busy = false;
  #again = false;
  #pausing = false;
  #closed = false;

  /**
   * @param {Api} api
   * @param {Replica} replica
   * @param {Shelf} shelf
   * @param {BoxSocket} socket
   */
  constructor(api, replica, shelf, socket) {
    super();
    this.#api = api;
    this.#replica = replica;
    this.shelf = shelf;
    this.#socket = socket;
    replica.addEventListener("change", () => this.#next());
    shelf.addEventListener("change", () => {
      this.#next();
      this.dispatchEvent(new Event("state"));
    });
    socket.addEventListener("state", () => {
      this.#lacked.clear();
      this.#pausing = false;
      this.#next();
    });
  }

  /** Carry nothing any more. */
  close() {
    this.#closed = true;
  }

  /**
   * Where an entry lies, its files included; the cloud has no files.
   * @param {Placed} head
   */
  whereabouts(head) {
    const words = whereabouts(head);
    const ids = linked(head);
    const problem = ids.map((id) => this.shelf.problem(id)).find(Boolean);
    if (problem) return `On this phone. ${problem}`;
    const left = ids.filter((id) => !this.shelf.isOnBox(id));
    const isKept = words === ON_BOX || words === IN_CLOUD;
    if (!isKept || ids.length === 0) return words;
    if (left.length === 0) return words === IN_CLOUD ? WORDS_IN_CLOUD : ON_BOX;
    return left.some((id) => this.shelf.blob(id)) ? "On this phone" : "Words on the box";
  }

  /**
   * The file, from this phone or from the box. Throws a Problem.
   * @param {Link} link
   */
  async fetch({ id }) {
    const here = this.shelf.blob(id);
    if (here) return here;
    const { epoch } = this.#replica.place;
    const blob = await this.#api.attachment(id);
    await this.shelf.copy(id, blob, epoch);
    return blob;
  }

  /** One thing at a time; what changes meanwhile is looked at afterwards. */
  async #next() {
    this.#again = true;
    if (this.#busy || this.#pausing || this.#closed) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (this.#socket.state === "online" && (await this.#step())) this.#again = true;
      }
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#busy = false;
    }
  }

  /** @returns {Promise<boolean>} whether something was done */
  async #step() {
    const { epoch } = this.#replica.place;
    if (epoch === null) return false;
    const wanted = this.#wanted();
    const unknown = wanted.filter((id) => !this.#lacked.has(id)).slice(0, MOST_ASKED);
    if (unknown.length) {
      const lacked = new Set((await this.#api.missingAttachments(unknown)).ids);
      for (const id of lacked) this.#lacked.add(id);
      await this.shelf.noteOnBox(unknown.filter((id) => !lacked.has(id)), epoch);
      return true;
    }
    const next = wanted.find((id) => this.shelf.blob(id) && !this.shelf.problem(id));
    if (!next) return false;
    await this.#upload(next, epoch);
    this.#tell("");
    return true;
  }

  #wanted() {
    const shown = this.#replica.shown("entry");
    const named = shown.flatMap(({ head, others }) => [head, ...others].flatMap(linked));
    const all = new Set([...named, ...this.shelf.owed()]);
    return [...all].filter((id) => !this.shelf.isOnBox(id));
  }

  /**
   * @param {string} id
   * @param {string} epoch
   */
  async #upload(id, epoch) {
    const blob = this.shelf.blob(id);
    if (!blob) return;
    try {
      const announced = { sha256: id, size: blob.size, type: blob.type };
      let { offset } = await this.#api.beginUpload(announced);
      while (offset < blob.size) {
        const piece = blob.slice(offset, offset + PIECE_BYTES);
        ({ offset } = await this.#api.sendPiece(id, offset, piece));
      }
      await this.shelf.noteOnBox([id], epoch);
    } catch (problem) {
      if (!(problem instanceof Problem) || !FINAL.has(problem.code)) throw problem;
      await this.shelf.refuse(id, `${problem.message} ${problem.hint}`);
    }
  }

  /** @param {unknown} problem */
  #failed(problem) {
    if (problem instanceof DOMException) this.#tell(this.#closed ? "" : FULL);
    else if (!(problem instanceof Problem)) throw problem;
    // Out of reach is said elsewhere, and the next connection goes on; the rest is tried again.
    else if (problem.status !== 0) this.#tell(`${problem.message} ${problem.hint}`);
    this.#pausing = true;
    setTimeout(() => {
      this.#pausing = false;
      this.#next();
    }, AGAIN_MS);
  }

  /** @param {string} problem */
  #tell(problem) {
    if (this.problem === problem) return;
    this.problem = problem;
    this.dispatchEvent(new Event("state"));
  }
}
