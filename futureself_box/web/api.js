/**
 * The box's HTTP side: each method is one request. What goes wrong is thrown as a Problem, with the
 * box's own sentence and hint.
 */

/** @import { Drawn, Outcome, Welcome } from "./frames.js" */

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
 * @property {string} [mode] in which an answer was given; in "care" the box itself speaks
 * @property {string} [why]
 * @property {Drawn[]} [drew_on]
 *
 * @typedef {{ messages: Message[], more: boolean }} Page
 *
 * @typedef {object} Purpose whom to invite: by name, a member who lost every phone, or (neither) a
 *   device of one's own
 * @property {string} [name]
 * @property {"adult" | "child"} [role]
 * @property {number} [birth_year]
 * @property {string} [member]
 *
 * @typedef {object} Invitation
 * @property {string} id
 * @property {string} name
 * @property {string} code
 * @property {string | null} url where the QR leads; null where the box is on no network
 * @property {string | null} qr an SVG
 * @property {string | null} fingerprint of the box's authority, in hex
 * @property {number} expires_in_s
 *
 * @typedef {object} InvitationSeen
 * @property {"open" | "asked" | "confirmed" | "joined" | "refused" | "over" | "doubled"} state
 * @property {string | null} number
 * @property {string | null} device_name
 * @property {boolean} code_works
 * @property {number} expires_in_s
 *
 * @typedef {{ claim: string, nonce: string, name: string, inviter: string, expires_in_s: number }} Asked
 * @typedef {{ state: "waiting" | "joined" | "refused" | "over" | "doubled", number: string | null,
 *   joined: Joined | null }} Claim
 *
 * @typedef {{ asked_by: string, asked_at: string, ready_at: string, used_at: string | null }} Rescue
 * @typedef {Pick<Welcome, "member" | "name" | "role" | "device"> & { rescue: Rescue | null,
 *   sheet_proven_at: string | null, region: string | null }} Me
 *
 * @typedef {{ begins: string, ends: string }} QuietHours
 *
 * @typedef {object} Presence how long somebody was here, and what protects a child
 * @property {number} minutes_this_week
 * @property {number} minutes_last_week
 * @property {boolean} protected
 * @property {QuietHours | null} quiet
 * @property {string} clock the time of the day on the box
 *
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {"owner" | "adult" | "child"} role
 * @property {number | null} birth_year
 * @property {number} devices
 * @property {boolean} current
 * @property {Rescue | null} rescue
 * @property {boolean | null} cloud_allowed for the owner and oneself: whether their words may go to the cloud
 *
 * @typedef {{ id: string, kind: string, revision: string, written_at: number, body: any }} RecordShown
 *
 * @typedef {object} Version one revision of a record
 * @property {string} revision
 * @property {"put" | "del" | "purge"} op
 * @property {number} written_at milliseconds since 1970
 * @property {string} device
 * @property {any} body null where there is none any more
 *
 * @typedef {object} BackupOutcome
 * @property {string} at the last try
 * @property {string | null} good_at the last one that went well
 * @property {string | null} problem null where those are the same
 *
 * @typedef {object} Backups
 * @property {BackupOutcome | null} backup
 * @property {BackupOutcome | null} second the copy in the second folder
 * @property {BackupOutcome | null} drill the monthly restore into a throw-away folder
 * @property {boolean} under_way
 * @property {string | null} problem
 *
 * @typedef {object} CloudReport
 * @property {string | null} project null where the box has none
 * @property {boolean} allowed false for a child whose owner has not said yes
 * @property {boolean} has_sheet
 * @property {"none" | "confirm_mail" | "linked" | "sign_in"} state
 * @property {boolean} wishing the box is about to do what was asked for
 * @property {string | null} mail
 * @property {number} waiting how many versions are on the box only
 * @property {string | null} good_at
 * @property {string | null} problem
 * @property {{ name: string, problem: string }[]} others for the owner: whose copy does not go on
 * @property {{ member: string, name: string }[]} left who is gone, and their copy is not
 *
 * @typedef {"close-folders" | "clear-leftovers" | "back-up-now" | "retry-jobs" |
 *   "renew-certificate"} Mend
 *
 * @typedef {object} Finding
 * @property {"wrong" | "notice" | "well"} state
 * @property {string} sentence
 * @property {string} step what a person does next; empty where there is nothing to do
 * @property {Mend | ""} mend what the box can do itself
 *
 * @typedef {{ findings: Finding[] }} Findings the worst first
 *
 * @typedef {{ now: number, stretches: import("./week/figures.js").Stretch[] }} Week
 *
 * Who answers: the box, another program on its machine, or a machine elsewhere.
 * @typedef {{ place: "box" | "machine" | "elsewhere", host: string | null, encrypted: boolean,
 *   agreed: boolean }} Answers
 *
 * @typedef {import("./onboarding/questions.js").Questions} Questions
 *
 * @typedef {{ state: "none" | "waiting" | "running" | "done" | "failed", problem: string | null }} LetterOrder
 *   how far an answer to a letter is
 *
 * @typedef {object} Imagining
 * @property {{ state: "none" | "waiting" | "running" | "done" | "failed", lines: number, of: number,
 *   problem: string | null }} order how far a life is that was asked for
 * @property {string} answers a digest of the answers as they are now
 *
 * @typedef {{ version: string, clock: string,
 *   model: { name: string | null, state: string, starter: boolean, answers: Answers } }} Status
 */

const ANSWER_WITHIN_MS = 10_000;
/** Years of photos take a while. */
const LONG_MS = 600_000;
/** As a piece of a photo may on a slow network. */
const PIECE_MS = 60_000;

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

  /** @returns {Promise<Questions>} */
  questionnaire = () => this.#ask("GET", "/api/questionnaire");

  /** @type {(text: string) => Promise<{ words: string }>} */
  lookWithCare = (text) => this.#ask("POST", "/api/care/look", { text });

  /** @returns {Promise<Imagining>} */
  imagining = () => this.#ask("GET", "/api/future-memory");

  /** @type {(variation: number) => Promise<Imagining>} */
  imagine = (variation) => this.#ask("POST", "/api/future-memory", { variation });

  /** @type {(letter: string) => Promise<LetterOrder>} */
  letterOrder = (letter) => this.#ask("GET", `/api/letters/${letter}/answer`);

  /** @type {(letter: string) => Promise<LetterOrder>} the future self answers it, in its own time */
  askForLetter = (letter) => this.#ask("POST", `/api/letters/${letter}/answer`);

  /** @returns {Promise<{ set_up: boolean, id: string | null }>} */
  household = () => this.#ask("GET", "/api/household");

  /** @type {(given: string, name: string, device_name: string) => Promise<Joined>} */
  setUp = (given, name, device_name) =>
    this.#ask("POST", "/api/setup", { given, name, device_name });

  /** @type {(given: string, device_name: string, commitment: string) => Promise<Asked>} */
  join = (given, device_name, commitment) =>
    this.#ask("POST", "/api/join", { given, device_name, commitment });

  /** @type {(claim: string, nonce: string) => Promise<Claim>} */
  claim = (claim, nonce) => this.#ask("POST", "/api/join/claim", { claim, nonce });

  /** @type {(lines: string[], device_name: string) => Promise<Joined>} by the recovery sheet */
  recover = (lines, device_name) => this.#ask("POST", "/api/recover", { lines, device_name });

  /** @type {(purpose: Purpose) => Promise<Invitation>} */
  invite = (purpose) => this.#ask("POST", "/api/invitations", purpose);

  /** @type {(id: string) => Promise<InvitationSeen>} */
  invitation = (id) => this.#ask("GET", `/api/invitations/${id}`);

  /** @type {(id: string, number: string) => Promise<void>} let the phone in that shows the number */
  confirm = (id, number) => this.#ask("POST", `/api/invitations/${id}/confirm`, { number });

  /** @type {(id: string) => Promise<void>} take an invitation back, or send its phone away */
  withdraw = (id) => this.#ask("DELETE", `/api/invitations/${id}`);

  /** @returns {Promise<Me>} */
  me = () => this.#ask("GET", "/api/me");

  /** @returns {Promise<Person[]>} */
  members = () => this.#ask("GET", "/api/members");

  /** @type {(id: string, change: Partial<Pick<Person, "name" | "birth_year" | "role">>) => Promise<Person>} */
  changeMember = (id, change) => this.#ask("PATCH", `/api/members/${id}`, change);

  /** @type {(id: string) => Promise<void>} */
  removeMember = (id) => this.#ask("DELETE", `/api/members/${id}`);

  /** @type {(id: string) => Promise<Rescue>} */
  rescue = (id) => this.#ask("POST", `/api/members/${id}/rescue`);

  /** @type {(id: string) => Promise<void>} */
  endRescue = (id) => this.#ask("DELETE", `/api/members/${id}/rescue`);

  /** @returns {Promise<{ lines: string[], line: number }>} a new recovery sheet, not yet proven */
  makeSheet = () => this.#ask("POST", "/api/sheet");

  /** @type {(text: string) => Promise<void>} */
  proveSheet = (text) => this.#ask("POST", "/api/sheet/proof", { text });

  /** @returns {Promise<Device[]>} */
  devices = () => this.#ask("GET", "/api/devices");

  /** @type {(id: string) => Promise<void>} */
  revoke = (id) => this.#ask("DELETE", `/api/devices/${id}`);

  /** @type {(thread: string | null, before?: string) => Promise<Page>} the newest page, or the one before a clock */
  conversation = (thread, before) => {
    const where = `${thread ? `&thread=${thread}` : ""}${before ? `&before=${before}` : ""}`;
    return this.#ask("GET", `/api/conversation?limit=50${where}`);
  };

  /** @returns {Promise<{ items: RecordShown[], after: number | null }>} */
  trash = () => this.#ask("GET", "/api/trash?limit=200");

  /** @type {(record: string, revision: string) => Promise<RecordShown>} show a version again */
  restore = (record, revision) =>
    this.#ask("POST", `/api/records/${record}/restore`, { revision });

  /** @type {(record: string) => Promise<Version[]>} every version, oldest first */
  history = (record) => this.#ask("GET", `/api/records/${record}/history`);

  /** @type {(record: string) => Promise<void>} erase every version */
  purge = (record) => this.#ask("POST", `/api/records/${record}/purge`);

  /** @type {(ids: string[]) => Promise<{ ids: string[] }>} which of these files the box lacks */
  missingAttachments = (ids) => this.#ask("POST", "/api/attachments/missing", { ids });

  /** @type {(file: { sha256: string, size: number, type: string }) => Promise<{ offset: number }>} */
  beginUpload = (file) => this.#ask("POST", "/api/attachments/", file);

  /** @type {(id: string, offset: number, piece: Blob) => Promise<{ offset: number }>} */
  sendPiece = async (id, offset, piece) => {
    const place = { "Upload-Offset": `${offset}` };
    const path = `/api/attachments/${id}`;
    const response = await this.#fetch("PATCH", path, piece, PIECE_MS, place);
    if (!response.ok) throw await this.#refuse(response);
    return response.json();
  };

  /** @type {(id: string) => Promise<Blob>} a photo or recording */
  attachment = async (id) => {
    const response = await this.#fetch("GET", `/api/attachments/${id}`, undefined, PIECE_MS);
    if (!response.ok) throw await this.#refuse(response);
    return response.blob();
  };

  /** @returns {Promise<Blob>} everything of the member's, as a zip */
  export = async () => {
    const response = await this.#fetch("GET", "/api/export", undefined, LONG_MS);
    if (!response.ok) throw await this.#refuse(response);
    return response.blob();
  };

  /** @type {(file: Blob) => Promise<{ records: number, attachments: number, problems: string[] }>} */
  import = async (file) => {
    const response = await this.#fetch("POST", "/api/import", file, LONG_MS);
    if (!response.ok) throw await this.#refuse(response);
    return response.json();
  };

  /**
   * Choose the country whose helplines the household is shown; the owner's.
   * @param {string} region
   */
  async chooseRegion(region) {
    await this.#ask("PUT", "/api/care", { region });
  }

  /** @type {(member: string) => Promise<Presence>} one's own or, for the owner, a child's */
  presence = (member) => this.#ask("GET", `/api/members/${member}/care`);

  /** @type {(member: string, hours: QuietHours | null) => Promise<unknown>} the owner's, of a child */
  chooseQuiet = (member, hours) => this.#ask("PUT", `/api/members/${member}/care/quiet`, { hours });

  /** @returns {Promise<Backups>} */
  backups = () => this.#ask("GET", "/api/backups");

  /** @returns {Promise<Backups>} a backup is made now */
  backUp = () => this.#ask("POST", "/api/backups");

  /** @returns {Promise<CloudReport>} */
  cloud = () => this.#ask("GET", "/api/cloud");

  /** @type {(way: "sign-in" | "sign-up", mail: string, password: string) => Promise<CloudReport>} */
  linkCloud = (way, mail, password) => this.#ask("POST", `/api/cloud/${way}`, { mail, password });

  /** @type {(way: "sign-out" | "erase" | "account") => Promise<CloudReport>} */
  endCloud = (way) =>
    way === "sign-out"
      ? this.#ask("POST", "/api/cloud/sign-out")
      : this.#ask("POST", "/api/cloud/erase", { account: way === "account" });

  /** @type {(member: string) => Promise<void>} their copy was erased in the dashboard */
  confirmLeft = (member) => this.#ask("DELETE", `/api/cloud/left/${member}`);

  /** @type {(member: string, allowed: boolean) => Promise<void>} whether a child has a copy */
  allowCloud = (member, allowed) => this.#ask("PUT", `/api/members/${member}/cloud`, { allowed });
  /** @returns {Promise<Findings>} the box is looked over, which takes some seconds */
  findings = () => this.#ask("GET", "/api/doctor", undefined, PIECE_MS);

  /** @type {(mend: Mend) => Promise<Findings>} mend one thing, and look again */
  mend = (mend) => this.#ask("POST", "/api/doctor/mends", { mend }, PIECE_MS);

  /** @returns {Promise<Week>} how the box did in the last seven days */
  week = () => this.#ask("GET", "/api/doctor/week");

  /** @returns {Promise<Status>} */
  status = () => this.#ask("GET", "/api/status");

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {number} [within] milliseconds
   */
  async #ask(method, path, body, within) {
    const response = await this.#fetch(method, path, body, within);
    if (response.ok) return response.status === 204 ? undefined : response.json();
    throw await this.#refuse(response);
  }

  /** @param {Response} response */
  async #refuse(response) {
    const problem = await readProblem(response);
    if (problem.refused && this.#token) this.#onRefused(problem);
    return problem;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body] a file goes as it is, anything else as JSON
   * @param {number} [within] milliseconds
   * @param {Record<string, string>} [more] headers
   */
  async #fetch(method, path, body, within = ANSWER_WITHIN_MS, more = {}) {
    const headers = new Headers(more);
    if (this.#token) headers.set("Authorization", `Bearer ${this.#token}`);
    const isFile = body instanceof Blob;
    if (body && !isFile) headers.set("Content-Type", "application/json");
    const signal = AbortSignal.timeout(within);
    const sent = isFile ? body : body && JSON.stringify(body);
    try {
      return await fetch(path, { method, headers, signal, body: sent });
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
