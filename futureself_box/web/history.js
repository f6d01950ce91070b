/**
 * The recorded part of the conversation, as far back as the reader has scrolled: from the box, and
 * with no network from the records of this phone.
 */

/** @import { Api, Message } from "./api.js" */
/** @import { Replica, Shown } from "./records/replica.js" */

import { milliseconds } from "./records/clock.js";
import { merge } from "./thread.js";

const PAGE = 50;
/** After every clock. */
const LAST = "g";

export class History {
  /** @type {Message[]} oldest first */
  messages = [];
  /** Whether there are older ones. */
  more = false;

  #api;
  #replica;
  #loadingOlder = false;

  /**
   * @param {Api} api
   * @param {Replica} replica
   */
  constructor(api, replica) {
    this.#api = api;
    this.#replica = replica;
    this.olderHere();
  }

  /** Fetch what is new. */
  async refresh() {
    const page = await this.#api.conversation();
    const oldest = this.messages[0]?.id;
    this.messages = merge(this.messages, page);
    if (this.messages[0]?.id !== oldest) this.more = page.more;
  }

  /** Fetch the page before the oldest message; one at a time. */
  async older() {
    const before = this.messages[0]?.clock;
    if (!this.more || !before || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const page = await this.#api.conversation(before);
      this.messages = [...page.messages, ...this.messages];
      this.more = page.more;
    } finally {
      this.#loadingOlder = false;
    }
  }

  /** Show the page before the oldest message, as far as this phone has it. */
  olderHere() {
    const before = this.messages[0]?.clock ?? LAST;
    const older = kept(this.#replica).filter(({ clock }) => clock < before);
    this.messages = [...older.slice(-PAGE), ...this.messages];
    // Records come oldest first: with any of them, this phone has the first one too.
    if (older.length) this.more = older.length > PAGE;
  }

  /**
   * What was recorded just now, before any page has it.
   * @param {Message} message
   */
  add(message) {
    if (this.find(message.id)) return;
    this.messages = [...this.messages, message];
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

/**
 * The conversation as this phone's records have it, oldest first.
 * @param {Replica} replica
 */
function kept(replica) {
  return replica
    .shown("message")
    .map(message)
    .sort((a, b) => (a.clock < b.clock ? -1 : 1));
}

/**
 * @param {Shown} shown
 * @returns {Message & { clock: string }}
 */
function message({ id, head: { rev_id: revision, clock, body } }) {
  const { role, text, answers = null, outcome = "complete", mode = "" } = body;
  return { id, revision, role, text, written_at: milliseconds(clock), clock, answers, outcome, mode };
}
