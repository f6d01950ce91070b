/**
 * The box's HTTP side: each method is one request. What goes wrong is thrown as a Problem, with the
 * box's own sentence and hint.
 */

/** @import { Outcome, Welcome } from "./frames.js" */

/**
 * @typedef {Pick<Welcome, "member" | "name" | "role" | "device"> & { token: string }} Joined
 *
 * @typedef {object} Device
 * @property {string} id
 * @property {string} name
 * @property {string} member
 * @property {string} member_name
 * @property {string} created_at
 * @property {string | null} last_seen
 * @property {boolean} online
 * @property {boolean} current
 *
 * @typedef {object} Message
 * @property {string} id
 * @property {string} revision goes along when the message is sent again
 * @property {"member" | "future_self"} role
 * @property {string} text
 * @property {number} written_at milliseconds since 1970
 * @property {string} [clock] the box's order; a message recorded a moment ago has none here yet
 * @property {string | null} answers
 * @property {Outcome} outcome
 *
 * @typedef {{ messages: Message[], more: boolean }} Page
 * @typedef {{ code: string, name: string, expires_in_s: number }} Invitation
 * @typedef {{ version: string, model: { name: string | null, state: string, starter: boolean },
 *   clock: string }} Status
 */

const ANSWER_WITHIN_MS = 10_000;

/** What went wrong, for a person: `message` says what happened and `hint` what to do. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {string} hint
   * @param {number} status 0 where the box was not reached
   */
  constructor(code, message, hint, status) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }

  /** Whether the box no longer knows this device. */
  get refused() {
    return this.status === 401 || this.code === "device_revoked";
  }
}

export class Api {
  #token;
  #onRefused;

  /**
   * @param {string} [token] none before this device has joined
   * @param {(problem: Problem) => void} [onRefused] called when the box doesn't know the device
   */
  constructor(token = "", onRefused = () => {}) {
    this.#token = token;
    this.#onRefused = onRefused;
  }

  /** @returns {Promise<{ set_up: boolean }>} */
  household = () => this.#ask("GET", "/api/household");

  /** @type {(code: string, name: string, device_name: string) => Promise<Joined>} */
  setUp = (code, name, device_name) => this.#ask("POST", "/api/setup", { code, name, device_name });

  /** @type {(code: string, device_name: string) => Promise<Joined>} */
  join = (code, device_name) => this.#ask("POST", "/api/join", { code, device_name });

  /** @type {(name?: string) => Promise<Invitation>} without a name: for a device of one's own */
  invite = (name) => this.#ask("POST", "/api/invitations", name ? { name } : {});

  /** @returns {Promise<Device[]>} */
  devices = () => this.#ask("GET", "/api/devices");

  /** @type {(id: string) => Promise<void>} */
  revoke = (id) => this.#ask("DELETE", `/api/devices/${id}`);

  /** @type {(before?: string) => Promise<Page>} the newest page, or the one before a clock */
  conversation = (before) =>
    this.#ask("GET", `/api/conversation?limit=50${before ? `&before=${before}` : ""}`);

  /** @returns {Promise<Status>} */
  status = () => this.#ask("GET", "/api/status");

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #ask(method, path, body) {
    const response = await this.#fetch(method, path, body);
    if (response.ok) return response.status === 204 ? undefined : response.json();
    const problem = await readProblem(response);
    if (problem.refused && this.#token) this.#onRefused(problem);
    throw problem;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #fetch(method, path, body) {
    const headers = new Headers();
    if (this.#token) headers.set("Authorization", `Bearer ${this.#token}`);
    if (body) headers.set("Content-Type", "application/json");
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      return await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
    } catch {
      throw new Problem(
        "box_unreachable",
        "The box is out of reach.",
        "Check that it is on, then try again.",
        0,
      );
    }
  }
}

/** @param {Response} response */
async function readProblem(response) {
  const isProblem = response.headers.get("Content-Type")?.includes("json");
  const { code = "box_error", detail, title, hint } = isProblem ? await response.json() : {};
  return new Problem(
    code,
    detail ?? title ?? "The box could not do that.",
    hint ?? "Try again in a moment.",
    response.status,
  );
}
