/**
 * The member's conversation as this device knows it. It sends what lies in the outbox, takes what
 * the box says, and holds the two together over lost connections, reloads and restarts of the box.
 */

/** @import { Api } from "./api.js" */
/** @import { BoxError, BoxFrame, ChatAccepted, ChatDelta, ChatDone, ChatStatus, Poke, Welcome } from "./frames.js" */
/** @import { Replica } from "./records/replica.js" */
/** @import { Entry } from "./thread.js" */
/** @import { Turn } from "./turns.js" */

import { Problem } from "./api.js";
import { SCHEMA } from "./frames.js";
import { History } from "./history.js";
import * as outbox from "./outbox.js";
import { Reading } from "./reading.js";
import { isOurs } from "./records/sync.js";
import { BoxSocket } from "./socket.js";
import { arrange, NAMES, speaker } from "./thread.js";

/**
 * Events: `change`; `notice` when something about the member has changed; `loaded` when the newest page is here; `welcome` (its detail is the frame);
 * `news` (its detail is a sentence for who does not see the thread); `problem` (its detail is a
 * sentence about no one message).
 */
export class Conversation extends EventTarget {
  history;
  socket;

  #reading;
  /** @type {Set<string>} messages sent on this connection, whose acceptance is awaited */
  #sent = new Set();
  /** @type {Set<string>} */
  #unanswered = new Set();

  /**
   * @param {Api} api
   * @param {string} token
   * @param {Replica} replica
   */
  constructor(api, token, replica) {
    super();
    this.history = new History(api, replica);
    this.socket = new BoxSocket(() => {
      this.#sent.clear();
      return { type: "hello", token, schema: SCHEMA, turns: this.#reading.places };
    });
    this.#reading = new Reading((frame) => this.socket.send(frame));
    this.socket.addEventListener("frame", (event) => {
      this.#take(/** @type {CustomEvent<BoxFrame>} */ (event).detail);
    });
    this.socket.addEventListener("state", () => this.#changed());
    // What was being read before a reload is read again from its beginning.
    for (const { turn, message, problem } of outbox.all()) {
      if (turn && !problem) this.#reading.begin({ turn, message });
    }
  }

  /** @returns {Entry[]} what the thread shows now */
  get entries() {
    return arrange({
      recorded: this.history.messages,
      outbox: outbox.all(),
      turns: this.#reading.turns,
      unanswered: this.#unanswered,
      sent: this.#sent,
      online: this.socket.state === "online",
    });
  }

  /** Whether an answer is being made that could be stopped. */
  get answering() {
    return this.#reading.turns.length > 0;
  }

  /** @param {string} text */
  say(text) {
    outbox.add(text);
    this.#sendWaiting();
    this.#changed();
  }

  /**
   * Ask for the answer that did not come. The message keeps its ids, so it stays one message.
   * @param {string} message
   */
  retry(message) {
    const kept = outbox.find(message) ?? this.#again(message);
    if (!kept) return;
    outbox.put({ ...kept, turn: null, problem: null });
    this.#unanswered.delete(message);
    this.#sendWaiting();
    this.#changed();
  }

  /** Stop all answers that are being made. */
  stop() {
    this.#reading.stop();
  }

  /** Load the page before the oldest message. */
  older() {
    if (!this.history.more) return;
    if (this.socket.state === "online") {
      this.#load(() => this.history.older());
    } else {
      this.history.olderHere();
      this.#changed();
    }
  }

  /**
   * A message that another device of the member sent.
   * @param {string} message
   */
  #again(message) {
    const said = this.history.find(message);
    if (!said) return null;
    const { revision, text, written_at: writtenAt } = said;
    return { message, revision, text, writtenAt, accepted: true };
  }

  /** @param {BoxFrame} frame */
  #take(frame) {
    switch (frame.type) {
      case "welcome":
        return this.#welcomed(frame);
      case "chat.accepted":
        return this.#accepted(frame);
      case "chat.status":
      case "chat.delta":
      case "chat.done":
        return this.#advance(frame);
      case "poke":
        return this.#poked(frame);
      case "notice":
        return this.#tell("notice");
      case "error":
        return isOurs(frame.id) ? undefined : this.#failed(frame);
    }
  }

  /** @param {Welcome} frame */
  async #welcomed(frame) {
    this.#tell("welcome", frame);
    this.#reading.join(frame.turns);
    this.#sendWaiting();
    await this.#refresh();
    const live = new Set(frame.turns.map(({ message }) => message));
    const open = this.history.unanswered().filter(({ id }) => !live.has(id) && !outbox.find(id));
    this.#unanswered = new Set(open.map(({ id }) => id));
    this.#changed();
  }

  /** @param {Poke} frame */
  #poked({ turns = [] }) {
    this.#reading.join(turns);
    return this.#refresh();
  }

  /** @param {ChatAccepted} frame */
  #accepted({ message, turn, clock }) {
    const outgoing = outbox.find(message);
    this.#sent.delete(message);
    this.#reading.begin({ turn, message });
    if (outgoing) {
      outbox.update(message, { accepted: true, turn });
      const { revision, text, writtenAt } = outgoing;
      const said = { id: message, revision, text, written_at: writtenAt, clock };
      this.history.add({ ...said, role: "member", answers: null, outcome: "complete" });
    }
    this.#changed();
  }

  /** @param {ChatStatus | ChatDelta | ChatDone} frame */
  #advance(frame) {
    const answer = this.#reading.take(frame);
    if (answer) this.#answered(answer);
    this.#changed();
  }

  /** @param {Turn} turn */
  #answered({ id, message, text, outcome, mode }) {
    outbox.remove(message);
    this.history.add({
      id,
      revision: id,
      role: "future_self",
      text,
      written_at: Date.now(),
      answers: message,
      outcome: outcome ?? "complete",
      mode,
    });
    this.#tell("news", `${NAMES[speaker("future_self", mode)]}: ${text}`);
    this.#sendWaiting();
  }

  /** @param {BoxError} error */
  #failed(error) {
    const { code, message, hint } = error;
    if (error.turn && code === "stream_lost") return this.#reading.resume(error.turn);
    const turn = error.turn ? this.#reading.drop(error.turn) : null;
    const asked = turn?.message ?? outbox.find(error.id ?? "")?.message;
    if (!asked) return this.#tell("problem", `${message} ${hint}`);
    this.#sent.delete(asked);
    // Too many at once: this one waits here and goes out when an answer has ended.
    if (code === "too_many_turns" && this.answering) return this.#changed();
    outbox.update(asked, { turn: null, problem: { code, message, hint } });
    this.#unanswered.add(asked);
    this.#tell("news", `${message} ${hint}`);
    this.#sendWaiting();
    this.#changed();
  }

  /** Send what lies in the outbox and is not on the wire; nothing is lost where that fails. */
  #sendWaiting() {
    for (const { message, revision, text, turn, problem } of outbox.all()) {
      if (turn || problem || this.#sent.has(message)) continue;
      const frame = { id: message, message, revision, text };
      if (this.socket.send({ type: "chat.send", ...frame })) this.#sent.add(message);
    }
  }

  async #refresh() {
    await this.#load(() => this.history.refresh());
    const open = new Set(this.history.unanswered().map(({ id }) => id));
    this.#unanswered = new Set([...this.#unanswered].filter((id) => open.has(id)));
  }

  /** @param {() => Promise<void>} fetching */
  async #load(fetching) {
    try {
      await fetching();
      this.#tell("loaded");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      // A device that is shut out hears of it from the one who looks after the session.
      if (!problem.refused) this.#tell("problem", `${problem.message} ${problem.hint}`);
    }
    this.#changed();
  }

  #changed() {
    this.#tell("change");
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
