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
import { Delivery } from "./delivery.js";
import { OpenThread } from "./open-thread.js";
import * as outbox from "./outbox.js";
import { Reading } from "./reading.js";
import { isOurs } from "./records/sync.js";
import { BoxSocket } from "./socket.js";
import { arrange, NAMES, speaker } from "./thread.js";
import { uuid7 } from "./uuid.js";

/**
 * Events: `change`; `notice` when something about the member has changed; `loaded` when the newest page
 * is here; `welcome` (its detail is the frame); `news` (its detail is a sentence for who does not see the
 * thread); `problem` (its detail is a sentence about no one message).
 */
export class Conversation extends EventTarget {
  socket;

  #open;
  #reading;
  #delivery;

  /**
   * @param {Api} api
   * @param {string} token
   * @param {Replica} replica
   */
  constructor(api, token, replica) {
    super();
    this.#open = new OpenThread(api, replica);
    this.socket = new BoxSocket(() => {
      this.#delivery.sent.clear();
      return { type: "hello", token, schema: SCHEMA, turns: this.#reading.places };
    });
    this.#delivery = new Delivery(this.socket);
    this.#reading = new Reading((frame) => this.socket.send(frame));
    this.socket.addEventListener("frame", (event) => {
      this.#take(/** @type {CustomEvent<BoxFrame>} */ (event).detail);
    });
    this.socket.addEventListener("state", () => this.#changed());
    replica.addEventListener("change", () => {
      if (this.#open.isGone) this.open(null);
    });
    // What was being read before a reload is read again from its beginning.
    for (const { turn, message, problem } of outbox.all()) {
      if (turn && !problem) this.#reading.begin({ turn, message });
    }
  }

  /** @returns {Entry[]} what the thread shows now */
  get entries() {
    return arrange({
      recorded: this.#open.history.messages,
      outbox: outbox.all(),
      turns: this.#turnsHere,
      unanswered: this.#open.interrupted,
      sent: this.#delivery.sent,
      online: this.socket.state === "online",
      thread: this.thread,
    });
  }

  /** The conversation's record; null for the first one. */
  get thread() {
    return this.#open.id;
  }

  /**
   * Turn to another conversation.
   * @param {string | null} thread
   */
  open(thread) {
    this.#open.turnTo(thread);
    this.#changed();
    if (this.socket.state === "online") this.#refreshWhole();
  }

  /**
   * Turn to where a message was said, as far as this phone has it.
   * @param {string} message
   */
  goTo(message) {
    const thread = this.#open.threadOf(message);
    if (thread === undefined) return;
    if (thread !== this.thread) this.open(thread);
    this.#open.history.reach(message);
    this.#changed();
  }

  /** Whether an answer is being made that could be stopped. */
  get answering() {
    return this.#turnsHere.length > 0;
  }

  get #turnsHere() {
    return this.#reading.turns.filter(({ message }) => this.#open.mayHold(message));
  }

  /** @param {string} text */
  say(text) {
    outbox.add(text, { thread: this.thread });
    this.#delivery.sendWaiting();
    this.#changed();
  }

  /**
   * Say a message differently; what came after it goes to the trash.
   * @param {string} message
   * @param {string} text
   */
  edit(message, text) {
    for (const turn of this.#reading.turns) {
      if (turn.message === message) this.#reading.drop(turn.id);
    }
    this.#delivery.sent.delete(message);
    outbox.add(text, { thread: this.thread, message });
    this.#open.history.cutEdited();
    this.#delivery.sendWaiting();
    this.#changed();
  }

  /**
   * Have the last answer written anew, or let it go on.
   * @param {string} reply
   * @param {boolean} goesOn
   * @returns {string} why it can't be; empty where it is asked for
   */
  again(reply, goesOn) {
    const message = this.#open.history.find(reply)?.answers;
    const turn = uuid7();
    const frame = { id: turn, reply, turn, goes_on: goesOn };
    if (this.socket.state !== "online" || !message || !this.socket.send({ type: "chat.again", ...frame })) {
      return "This needs the box, and it is out of reach. What is there stays.";
    }
    this.#reading.begin({ turn, message, reply });
    this.#changed();
    return "";
  }

  /**
   * Ask for the answer that did not come. The message keeps its ids, so it stays one message.
   * @param {string} message
   */
  retry(message) {
    const kept = outbox.find(message) ?? this.#open.outgoing(message);
    if (!kept) return;
    outbox.put({ ...kept, turn: null, problem: null });
    this.#open.interrupted.delete(message);
    this.#delivery.sendWaiting();
    this.#changed();
  }

  /** Stop the answers that are being made here. */
  stop() {
    for (const { id } of this.#turnsHere) this.#reading.stop(id);
  }

  /** Load the page before the oldest message. */
  older() {
    const { history } = this.#open;
    if (!history.more) return;
    if (this.socket.state === "online") {
      this.#load(() => history.older());
    } else {
      history.olderHere();
      this.#changed();
    }
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
    this.#delivery.sendWaiting();
    await this.#refreshWhole();
  }

  /** @param {Poke} frame */
  #poked({ turns = [] }) {
    this.#reading.join(turns);
    for (const { message } of turns) this.#open.interrupted.delete(message);
    return this.#load(() => this.#open.refresh());
  }

  /** @param {ChatAccepted} frame */
  #accepted({ message, turn, clock, reply }) {
    const outgoing = outbox.find(message);
    this.#open.history.cutEdited();
    if (outgoing) outbox.update(message, { accepted: true, turn });
    this.#delivery.sent.delete(message);
    this.#reading.begin({ turn, message, reply });
    if (outgoing && (outgoing.thread ?? null) === this.thread) {
      this.#open.history.addSaid(outgoing, clock);
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
  #answered(turn) {
    const here = this.#open.threadOf(turn.message) === this.thread;
    outbox.remove(turn.message);
    if (here) this.#open.history.addAnswer(turn);
    this.#tell("news", `${NAMES[speaker("future_self", turn.mode)]}: ${turn.text}`);
    this.#delivery.sendWaiting();
  }

  /** @param {BoxError} error */
  #failed(error) {
    const { code, message, hint } = error;
    if (error.turn && code === "stream_lost") return this.#reading.resume(error.turn);
    const turn = error.turn ? this.#reading.drop(error.turn) : null;
    const asked = turn?.message ?? outbox.find(error.id ?? "")?.message;
    if (this.#reading.drop(error.id ?? "")) this.#changed();
    if (!asked || (turn && turn.reply !== turn.id)) return this.#tell("problem", `${message} ${hint}`);
    this.#delivery.sent.delete(asked);
    // Too many at once: this one waits here and goes out when an answer has ended.
    if (code === "too_many_turns" && this.#reading.turns.length) return this.#changed();
    outbox.update(asked, { turn: null, problem: { code, message, hint } });
    this.#open.interrupted.add(asked);
    this.#tell("news", `${message} ${hint}`);
    this.#delivery.sendWaiting();
    this.#changed();
  }

  /** Fetch what is new, and see which messages nobody is answering any more. */
  async #refreshWhole() {
    await this.#load(() => this.#open.refresh());
    this.#open.findInterrupted(new Set(this.#reading.turns.map(({ message }) => message)));
    this.#changed();
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
