/** Puts what lies in the outbox on the wire, each message once a connection; nothing is lost where that fails. */

/** @import { BoxSocket } from "./socket.js" */

import * as outbox from "./outbox.js";

export class Delivery {
  /** @type {Set<string>} messages sent on this connection, whose acceptance is awaited */
  sent = new Set();

  #socket;

  /** @param {BoxSocket} socket */
  constructor(socket) {
    this.#socket = socket;
  }

  /** Send what waits and is not on the wire. */
  sendWaiting() {
    for (const { message, revision, text, thread, turn, problem } of outbox.all()) {
      if (turn || problem || this.sent.has(message)) continue;
      const frame = { id: message, message, revision, text, ...(thread ? { thread } : {}) };
      if (this.#socket.send({ type: "chat.send", ...frame })) this.sent.add(message);
    }
  }
}
