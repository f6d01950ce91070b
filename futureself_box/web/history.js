/** The recorded part of the conversation, as far back as the reader has scrolled. */

/** @import { Api, Message } from "./api.js" */

import { merge } from "./thread.js";

export class History {
  /** @type {Message[]} oldest first */
  messages = [];
  /** Whether the box has older ones; unknown before the first page. */
  more = false;

  #api;
  #loadingOlder = false;

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
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
