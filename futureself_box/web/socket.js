/**
 * The one connection to the box, at whichever of its addresses answers. It reconnects by itself, at
 * once when the page comes back to life, and finds out when a connection is only half there. What is
 * said over it is not its business: it says hello, hands frames on, and tells when its state changes.
 */

/** @import { BoxError, BoxFrame, Hello, PhoneFrame, Welcome } from "./frames.js" */
/** @import { KnownBox } from "./race.js" */

import { keep, read } from "./kept.js";
import { Race, socketAddresses } from "./race.js";

/** @typedef {"offline" | "online" | "replaced" | "refused" | "outdated"} SocketState */

const OPEN_WITHIN_MS = 4_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
/** After a pause the connection is either alive and answers at once, or a new one is faster. */
const PROBE_MS = 600;
const SHORTEST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 8_000;

/** Close codes after which trying again would be wrong (api/frames.py). */
const FINAL = new Map(
  /** @type {[number, SocketState][]} */ ([
    [4401, "refused"],
    [4403, "refused"],
    [4409, "replaced"],
    [4426, "outdated"],
  ]),
);

/** Events: `frame` (its detail is the frame) and `state`. */
export class BoxSocket extends EventTarget {
  /** @type {SocketState} */
  state = "offline";
  /** @type {BoxError | null} the last error that named no request: why the box hung up */
  reason = null;

  #hello;
  /** @type {Race | null} */
  #race = null;
  /** @type {WebSocket | null} */
  #socket = null;
  #startedAt = 0;
  #offlineSince = 0;
  #pings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #heartbeat;
  #listening = new AbortController();

  /** @param {() => Hello} hello makes the first frame, as things stand when it is sent */
  constructor(hello) {
    super();
    this.#hello = hello;
  }

  open() {
    const { signal } = this.#listening;
    const wake = () => this.#wake();
    for (const name of ["online", "pageshow"]) addEventListener(name, wake, { signal });
    for (const name of ["resume", "visibilitychange"]) {
      document.addEventListener(name, wake, { signal });
    }
    this.#offlineSince = Date.now();
    this.#connect();
  }

  /** Hang up for good. */
  close() {
    this.#listening.abort();
    this.#drop();
  }

  /**
   * @param {PhoneFrame} frame
   * @returns {boolean} false where there is no connection; the frame is not kept
   */
  send(frame) {
    if (this.state !== "online") return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    this.#drop();
    this.#startedAt = Date.now();
    this.#timer = setTimeout(() => this.#lost(), OPEN_WITHIN_MS);
    this.#race = new Race(
      socketAddresses(read("box", /** @type {KnownBox} */ ({ id: null, origins: [] }))),
      (socket) => this.#opened(socket),
      () => this.#lost(),
    );
  }

  /** @param {WebSocket} socket */
  #opened(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
    socket.send(JSON.stringify(this.#hello()));
  }

  /** @param {BoxFrame} frame */
  #take(frame) {
    if (frame.type === "pong") {
      if (frame.id === `${this.#pings}`) clearTimeout(this.#timer);
      return;
    }
    if (frame.type === "error" && !frame.id && !frame.turn) this.reason = frame;
    if (frame.type === "welcome") this.#welcomed(frame);
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  /** @param {Welcome} frame */
  #welcomed({ box = null, addresses = [] }) {
    keep("box", { id: box, origins: addresses });
    clearTimeout(this.#timer);
    this.#heartbeat = setInterval(() => this.#ping(PONG_WITHIN_MS), PING_EVERY_MS);
    this.#become("online");
  }

  /** @param {number} within milliseconds */
  #ping(within) {
    this.#pings += 1;
    this.send({ type: "ping", id: `${this.#pings}` });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), within);
  }

  /** The page is back from the background, a freeze or a place without network. */
  #wake() {
    if (FINAL_STATES.has(this.state) || document.visibilityState === "hidden") return;
    if (this.state === "online") this.#ping(PROBE_MS);
    else if (Date.now() - this.#startedAt > PROBE_MS) this.#connect();
  }

  /** @param {number} code */
  #closed(code) {
    const final = FINAL.get(code);
    if (!final) return this.#lost();
    this.close();
    this.#become(final);
  }

  #lost() {
    this.#drop();
    if (this.state === "online") this.#offlineSince = Date.now();
    // A tenth of the time that it has been gone: a short cut heals at once, a long one costs little.
    const wait = (Date.now() - this.#offlineSince) / 10;
    const bounded = Math.min(Math.max(wait, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#connect(), bounded * (0.75 + Math.random() / 2));
    this.#become("offline");
  }

  #drop() {
    clearTimeout(this.#timer);
    clearInterval(this.#heartbeat);
    this.#race?.stop();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {SocketState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

const FINAL_STATES = new Set(FINAL.values());
