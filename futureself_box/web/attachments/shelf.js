/**
 * The photos and recordings that this phone holds, and which of them the box was heard to have. A
 * file is on the phone's disk before an entry names it. What the box has is a copy, and may go; what
 * it has not stays until it has it.
 */

/** @import { FileRow } from "../records/database.js" */
/** @import { Revision } from "../records/heads.js" */
/** @import { Replica } from "../records/replica.js" */
/** @import { Link } from "./files.js" */

import { readFiles, writeFiles } from "../records/database.js";
import { FULL } from "../records/saving.js";
import { read, refusal } from "./files.js";

/** Event `change`: a file is here now, lies elsewhere, or can't be kept by the box. */
export class Shelf extends EventTarget {
  #database;
  #replica;
  /** @type {Map<string, FileRow>} */
  #rows;

  /**
   * @param {IDBDatabase} opened
   * @param {Replica} replica whose entries name the files
   * @param {FileRow[]} rows
   */
  constructor(opened, replica, rows) {
    super();
    this.#database = opened;
    this.#replica = replica;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  /**
   * @param {IDBDatabase} opened
   * @param {Replica} replica
   * @param {Link[]} drafts what is picked and not saved yet
   */
  static async open(opened, replica, drafts) {
    const shelf = new Shelf(opened, replica, await readFiles(opened));
    await shelf.#tidy(new Set(drafts.map(({ id }) => id)));
    return shelf;
  }

  /**
   * Keep a file that was picked.
   * @param {File} file
   * @returns {Promise<Link | string>} a sentence where it can't be kept
   */
  async add(file) {
    const refused = refusal(file);
    if (refused) return refused;
    const { link, blob } = await read(file);
    const known = this.#rows.get(link.id) ?? { id: link.id, entry: null, onBox: null };
    const put = () => this.#put({ ...known, blob });
    if (await succeeds(put)) return link;
    await this.#dropCopies();
    return (await succeeds(put)) ? link : FULL;
  }

  /**
   * An entry names them from now on, so they go to the box.
   * @param {Link[]} links
   * @param {string} entry
   * @returns {Promise<string>} why not; empty where it is so
   */
  async save(links, entry) {
    const rows = links.flatMap(({ id }) => this.#rows.get(id) ?? []);
    const picked = rows.filter((row) => row.entry === null).map((row) => ({ ...row, entry }));
    return (await succeeds(() => this.#put(...picked))) ? "" : FULL;
  }

  /**
   * The box was heard to have them.
   * @param {string[]} ids
   * @param {string} epoch
   */
  noteOnBox(ids, epoch) {
    const rows = ids.map((id) => this.#rows.get(id) ?? { id, entry: null, blob: null });
    return this.#put(...rows.map((row) => ({ ...row, onBox: epoch })));
  }

  /**
   * The box will not take this one, whenever it is sent.
   * @param {string} id
   * @param {string} problem
   */
  async refuse(id, problem) {
    const row = this.#rows.get(id);
    if (row) await this.#put({ ...row, problem });
  }

  /**
   * A copy of what lies on the box, for a time without it; where there is no room, none.
   * @param {string} id
   * @param {Blob} blob
   * @param {string | null} epoch
   */
  copy(id, blob, epoch) {
    return succeeds(() => this.#put({ id, blob, entry: null, onBox: epoch }));
  }

  /** @param {string} id */
  blob(id) {
    return this.#rows.get(id)?.blob ?? null;
  }

  /** @param {string} id */
  problem(id) {
    return this.#rows.get(id)?.problem ?? "";
  }

  /**
   * Whether this box has it: after a backup was restored, what was heard before counts no more.
   * @param {string} id
   */
  isOnBox(id) {
    const { epoch } = this.#replica.place;
    return epoch !== null && this.#rows.get(id)?.onBox === epoch;
  }

  /** @returns {string[]} what the box shall have: what entries of this phone name, or named */
  owed() {
    return [...this.#rows.values()].filter((row) => this.#isOwed(row)).map(({ id }) => id);
  }

  /**
   * Also of an entry in the trash, or of an older version; not of one that was erased.
   * @param {FileRow} row
   */
  #isOwed({ id, entry }) {
    return entry !== null && !this.isOnBox(id) && !this.#replica.isErased(entry);
  }

  /**
   * What a killed tab left: files that no entry and no draft names go, unless the box lacks them.
   * @param {Set<string>} drafts
   */
  async #tidy(drafts) {
    const rows = [...this.#rows.values()];
    const named = new Set(this.#replica.held().flatMap(linked));
    const kept = (/** @type {FileRow} */ row) =>
      named.has(row.id) || drafts.has(row.id) || this.#isOwed(row);
    const gone = rows.filter((row) => !kept(row)).map(({ id }) => id);
    await writeFiles(this.#database, { gone });
    for (const id of gone) this.#rows.delete(id);
  }

  /** Make room: the box has these too. */
  async #dropCopies() {
    const copies = [...this.#rows.values()].filter(({ id, blob }) => blob && this.isOnBox(id));
    await succeeds(() => this.#put(...copies.map((row) => ({ ...row, blob: null }))));
  }

  /** @param {FileRow[]} rows */
  async #put(...rows) {
    if (rows.length === 0) return;
    await writeFiles(this.#database, { put: rows });
    for (const row of rows) this.#rows.set(row.id, row);
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The attachments of a version.
 * @param {Pick<Revision, "kind" | "body">} revision
 * @returns {string[]}
 */
export function linked({ kind, body }) {
  const links = kind === "entry" ? (body?.attachments ?? []) : [];
  return links.map((/** @type {Link} */ { id }) => id);
}

/**
 * @param {() => Promise<unknown>} write
 * @returns {Promise<boolean>} false where there is no room
 */
async function succeeds(write) {
  try {
    await write();
    return true;
  } catch (problem) {
    if (!(problem instanceof DOMException)) throw problem;
    return false;
  }
}
