/**
 * The conversation that is open on this device, the first one or one beside it: what is recorded of it,
 * and which of its messages lost their answer. A reload opens the same one, unless it is in the trash.
 */

/** @import { Api } from "./api.js" */
/** @import { Replica } from "./records/replica.js" */
/** @import { Outgoing } from "./outbox.js" */

import { History } from "./history.js";
import { keep, read } from "./kept.js";
import * as outbox from "./outbox.js";
import { threadOf } from "./talk/threads.js";

const OPEN = "thread";

export class OpenThread {
  history;
  /** @type {Set<string>} messages whose answer was interrupted */
  interrupted = new Set();

  #api;
  #replica;

  /**
   * @param {Api} api
   * @param {Replica} replica
   */
  constructor(api, replica) {
    this.#api = api;
    this.#replica = replica;
    const last = read(OPEN, /** @type {string | null} */ (null));
    this.history = new History(api, replica, last && replica.find(last) ? last : null);
  }

  /** The conversation's record; null for the first one. */
  get id() {
    return this.history.thread;
  }

  /** Whether it was put in the trash, as on another phone. */
  get isGone() {
    return this.id !== null && !this.#replica.find(this.id);
  }

  /** @param {string | null} thread */
  turnTo(thread) {
    keep(OPEN, thread);
    this.history = new History(this.#api, this.#replica, thread);
    this.interrupted = new Set();
  }

  /**
   * @param {string} message
   * @returns {string | null | undefined} its conversation; undefined where this phone doesn't know it
   */
  threadOf(message) {
    return this.history.find(message) ? this.id : threadOf(this.#replica, message);
  }

  /**
   * Whether a message may stand here: it does, or nobody knows yet where it does.
   * @param {string} message
   */
  mayHold(message) {
    const thread = this.threadOf(message);
    return thread === undefined || thread === this.id;
  }

  /**
   * Find the messages whose answer was interrupted: nobody writes it, and nothing waits here to be sent.
   * @param {Set<string>} live messages that are being answered
   */
  findInterrupted(live) {
    const open = this.history.unanswered().filter(({ id }) => !live.has(id) && !outbox.find(id));
    this.interrupted = new Set(open.map(({ id }) => id));
  }

  /** Fetch what is new; an answer that has come was not interrupted. */
  async refresh() {
    const { history } = this;
    await history.refresh();
    const open = new Set(history.unanswered().map(({ id }) => id));
    this.interrupted = new Set([...this.interrupted].filter((id) => open.has(id)));
  }

  /**
   * A message that another device of the member sent, as if it were to be sent from here.
   * @param {string} message
   * @returns {Omit<Outgoing, "turn" | "problem"> | null}
   */
  outgoing(message) {
    const said = this.history.find(message);
    if (!said) return null;
    const { revision, text, written_at: writtenAt } = said;
    return { message, revision, text, writtenAt, accepted: true, thread: this.id };
  }
}
