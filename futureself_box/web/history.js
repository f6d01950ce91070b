/**
 * The recorded part of the conversation, as far back as the reader has scrolled: from the box, and
 * with no network from the records of this phone.
 */

/** @import { Api, Message } from "./api.js" */
/** @import { Replica, Shown } from "./records/replica.js" */
/** @import { Outgoing } from "./outbox.js" */
/** @import { Turn } from "./turns.js" */

import { milliseconds } from "./records/clock.js";
import * as outbox from "./outbox.js";
import { merge } from "./thread.js";

const PAGE = 50;
/** After every clock. */
const LAST = "g";

export class History {
  /** @type {Message[]} oldest first */
  messages = [];
  /** Whether there are older ones. */
  more = false;

  /** The conversation's record; null for the first one. */
  thread;

  #api;
  #replica;
  #loadingOlder = false;

  /**
   * @param {Api} api
   * @param {Replica} replica
   * @param {string | null} thread
   */
  constructor(api, replica, thread) {
    this.#api = api;
    this.#replica = replica;
    this.thread = thread;
    this.olderHere();
  }

  /** Fetch what is new. */
  async refresh() {
    const page = await this.#api.conversation(this.thread);
    const oldest = this.messages[0]?.id;
    this.messages = merge(this.messages, page);
    this.cutEdited();
    if (this.messages[0]?.id !== oldest) this.more = page.more;
  }

  /** Fetch the page before the oldest message; one at a time. */
  async older() {
    const before = this.messages[0]?.clock;
    if (!this.more || !before || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const page = await this.#api.conversation(this.thread, before);
      this.messages = [...page.messages, ...this.messages];
      this.more = page.more;
      this.cutEdited();
    } finally {
      this.#loadingOlder = false;
    }
  }

  /** Show the page before the oldest message, as far as this phone has it. */
  olderHere() {
    const before = this.messages[0]?.clock ?? LAST;
    const older = kept(this.#replica, this.thread).filter(({ clock }) => clock < before);
    this.messages = [...older.slice(-PAGE), ...this.messages];
    // Records come oldest first: with any of them, this phone has the first one too.
    if (older.length) this.more = older.length > PAGE;
    this.cutEdited();
  }

  /**
   * Show the pages down to a message, as far as this phone has them.
   * @param {string} id
   */
  reach(id) {
    for (let shown = -1; !this.find(id) && shown < this.messages.length; this.olderHere()) {
      shown = this.messages.length;
    }
  }

  /**
   * What was recorded just now, before any page has it.
   * @param {Message} message
   */
  add(message) {
    const known = this.find(message.id);
    // An answer that was written anew keeps its place.
    if (known?.role === "future_self") Object.assign(known, message, { clock: known.clock });
    if (!known) this.messages = [...this.messages, message];
  }

  /**
   * @param {Outgoing} outgoing that the box has accepted
   * @param {string} clock
   */
  addSaid({ message: id, revision, text, writtenAt: written_at }, clock) {
    const said = { id, revision, text, written_at, clock };
    this.add({ ...said, role: "member", answers: null, outcome: "complete" });
  }

  /** @param {Turn} turn that is over */
  addAnswer({ id, message, reply, text, outcome, mode, why, drewOn }) {
    this.add({
      ...{ id: reply, revision: id, role: "future_self", text, answers: message },
      ...{ written_at: Date.now(), outcome: outcome ?? "complete", mode, why, drew_on: drewOn },
    });
  }

  /** A message that was edited here is in the outbox; what the box still has of it, and after, goes. */
  cutEdited() {
    const edits = new Map(waiting().map(({ message, revision }) => [message, revision]));
    const at = this.messages.findIndex(({ id, revision }) => (edits.get(id) ?? revision) !== revision);
    if (at >= 0) this.messages = this.messages.slice(0, at);
  }

  /** @param {string} id */
  find(id) {
    return this.messages.find((message) => message.id === id);
  }

  /** @returns {Message[]} the member's messages that have no answer */
  unanswered() {
    const answered = new Set(this.messages.map((message) => message.answers));
    return this.messages.filter(({ id, role }) => role === "member" && !answered.has(id));
  }
}

function waiting() {
  return outbox.all().filter(({ accepted }) => !accepted);
}

/**
 * The conversation as this phone's records have it, oldest first.
 * @param {Replica} replica
 * @param {string | null} thread
 */
function kept(replica, thread) {
  return replica
    .shown("message")
    .filter(({ head }) => (head.body.thread ?? null) === thread)
    .map(message)
    .sort((a, b) => (a.clock < b.clock ? -1 : 1));
}

/**
 * @param {Shown} shown
 * @returns {Message & { clock: string }}
 */
function message({ id, head: { rev_id: revision, clock, body } }) {
  const { role, text, answers = null, outcome = "complete", mode, why, drew_on } = body;
  const written_at = milliseconds(clock);
  return { id, revision, role, text, written_at, clock, answers, outcome, mode, why, drew_on };
}
