/**
 * What this phone has of its member's records: what they show, and what it has written itself and
 * the box has not acknowledged. Every change is on the phone's disk before anything is told of it.
 */

/** @import { RecordAck, RecordChange } from "../frames.js" */
/** @import { Place } from "./database.js" */
/** @import { Revision } from "./heads.js" */

import { uuid7 } from "../uuid.js";
import { tick, ZERO } from "./clock.js";
import * as database from "./database.js";
import { leaves } from "./heads.js";

/**
 * @typedef {Revision & { inCloud: boolean }} Placed
 *
 * @typedef {object} Shown
 * @property {string} id
 * @property {Placed} head
 * @property {Placed[]} others versions that crossed it and still have words
 */

/** Event `change`: something is shown differently, or lies elsewhere. */
export class Replica extends EventTarget {
  #database;
  #device;
  /** @type {Place} */
  #place;
  /** @type {Map<string, Map<string, Revision>>} by record and revision */
  #held = new Map();
  /** @type {Map<string, Shown | null>} what was worked out since a record last changed */
  #shown = new Map();
  /** Writes follow each other: each begins with what the one before has left. */
  #writing = Promise.resolve();

  /**
   * @param {IDBDatabase} opened
   * @param {string} device
   * @param {{ revisions: Revision[], place: Place | undefined }} kept
   */
  constructor(opened, device, { revisions, place }) {
    super();
    this.#database = opened;
    this.#device = device;
    this.#place = place ?? { cursor: 0, epoch: null, clock: ZERO };
    for (const revision of revisions) this.#of(revision.record).set(revision.rev_id, revision);
    // Another tab, or signing out, erases the database; this one must not stand in its way.
    opened.onversionchange = () => opened.close();
  }

  /**
   * @param {IDBDatabase} opened
   * @param {string} device
   */
  static async open(opened, device) {
    return new Replica(opened, device, await database.readAll(opened));
  }

  get place() {
    return this.#place;
  }

  close() {
    this.#database.close();
  }

  /**
   * @param {string} kind
   * @returns {Shown[]} in no order
   */
  shown(kind) {
    const found = [];
    for (const id of this.#held.keys()) {
      const shown = this.#show(id);
      if (shown?.head.kind === kind && shown.head.op === "put") found.push(shown);
    }
    return found;
  }

  /**
   * @param {string} id
   * @returns {Shown | null} what a record shows; null where it is not here, or in the trash
   */
  find(id) {
    const shown = this.#held.has(id) ? this.#show(id) : null;
    return shown?.head.op === "put" ? shown : null;
  }

  /** @param {string} id */
  #show(id) {
    const known = this.#shown.get(id);
    if (known !== undefined) return known;
    const found = leaves([...this.#of(id).values()]);
    const [head, ...others] = found.map((revision) => this.#placed(revision));
    const shown = head ? { id, head, others: others.filter(({ op }) => op === "put") } : null;
    this.#shown.set(id, shown);
    return shown;
  }

  /**
   * With whether the cloud has acknowledged it.
   * @param {Revision} revision
   */
  #placed(revision) {
    const { acknowledged, sequence = Infinity } = revision;
    return { ...revision, inCloud: acknowledged && sequence <= (this.#place.cloud ?? 0) };
  }

  /**
   * Whether a record was erased for ever.
   * @param {string} id
   */
  isErased(id) {
    return this.#show(id)?.head.op === "purge";
  }

  /** @returns {Revision[]} everything that is held, in no order */
  held() {
    return [...this.#held.values()].flatMap((revisions) => [...revisions.values()]);
  }

  /** @returns {Revision[]} what the box has not acknowledged, oldest first */
  pending() {
    const waiting = this.held().filter(({ acknowledged, problem }) => !acknowledged && !problem);
    return waiting.sort((a, b) => (a.clock < b.clock ? -1 : 1));
  }

  /**
   * Write a version of a record, on what it shows now. When this is done it is on the phone.
   * @param {{ record?: string, kind: string, op?: Revision["op"], body?: unknown,
   *   settles?: string[] }} change
   * @returns {Promise<Revision>}
   */
  write({ record = uuid7(), kind, op = "put", body = null, settles = [] }) {
    return this.#change((save) => {
      const [head] = leaves([...this.#of(record).values()]);
      const last = head && head.clock > this.#place.clock ? head.clock : this.#place.clock;
      const clock = tick(Date.now(), last);
      /** @type {Revision} */
      const revision = {
        ...{ rev_id: uuid7(), record, kind, op, body, settles, clock, schema: 1 },
        parent: head?.rev_id ?? null,
        device: this.#device,
        acknowledged: false,
      };
      save.clock(clock);
      save.put(revision);
      return revision;
    });
  }

  /**
   * What the box answered to a push.
   * @param {RecordAck[]} acks
   */
  take(acks) {
    return this.#change((save) => {
      for (const { rev_id, clock, sequence, superseded, problem } of acks) {
        const mine = this.#find(rev_id);
        if (!mine) continue;
        if (problem) save.put({ ...mine, problem: `${problem.message} ${problem.hint}` });
        else if (superseded || !clock) save.drop(mine);
        else save.put({ ...mine, clock, sequence, acknowledged: true });
        if (clock) save.clock(clock);
      }
    });
  }

  /**
   * A page of what is new on the box.
   * @param {{ changes: RecordChange[], cursor: number, epoch: string, cloud?: number }} page
   */
  takePage({ changes, cursor, epoch, cloud = 0 }) {
    return this.#change((save) => {
      for (const { others = [], ...change } of changes) {
        const kept = new Set([change.rev_id, ...others]);
        for (const held of this.#of(change.record).values()) {
          if (held.acknowledged && !kept.has(held.rev_id)) save.drop(held);
        }
        const { parent = null, settles = [], schema = 1, device = "box" } = change;
        save.clock(change.clock);
        save.put({ ...change, parent, settles, schema, device, acknowledged: true });
      }
      save.place({ cursor, epoch, cloud });
    });
  }

  /**
   * What the box says of its copy in the cloud.
   * @param {number} cloud every revision up to this sequence is there
   */
  takeCloud(cloud) {
    return this.#change((save) => save.place({ cloud }));
  }

  /**
   * The box was restored from a backup: it may lack anything, so everything is sent once more.
   * @param {string | null} epoch null where the new one isn't known yet
   */
  beginEpoch(epoch) {
    return this.#change((save) => {
      save.place({ cursor: 0, epoch, cloud: 0 });
      for (const revisions of this.#held.values()) {
        for (const { sequence: _, ...revision } of revisions.values()) {
          save.put({ ...revision, acknowledged: false });
        }
      }
    });
  }

  /**
   * @template T
   * @param {(save: Save) => T} make
   * @returns {Promise<T>}
   */
  #change(make) {
    const done = this.#writing.then(async () => {
      const save = new Save(this.#place, this.#held);
      const made = make(save);
      await database.write(this.#database, save.changes);
      this.#forgetShown(this.#place.cloud ?? 0, save.changes.place.cloud ?? 0);
      this.#place = save.changes.place;
      for (const gone of save.dropped) this.#of(gone.record).delete(gone.rev_id);
      for (const put of save.changes.put) this.#of(put.record).set(put.rev_id, put);
      for (const { record } of [...save.dropped, ...save.changes.put]) this.#shown.delete(record);
      this.dispatchEvent(new Event("change"));
      return made;
    });
    // One that failed, as on a full disk, is told to who wrote it; the next goes on.
    this.#writing = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /**
   * What became part of the cloud's copy is shown anew.
   * @param {number} before
   * @param {number} now
   */
  #forgetShown(before, now) {
    if (before === now) return;
    for (const { record, sequence = 0 } of this.held()) {
      if (sequence > Math.min(before, now)) this.#shown.delete(record);
    }
  }

  /** @param {string} rev_id */
  #find(rev_id) {
    for (const revisions of this.#held.values()) {
      const found = revisions.get(rev_id);
      if (found) return found;
    }
    return null;
  }

  /** @param {string} record */
  #of(record) {
    const found = this.#held.get(record) ?? new Map();
    this.#held.set(record, found);
    return found;
  }
}

/** Gathers what one transaction writes, and lets go of what nobody needs any more. */
class Save {
  /** @type {Map<string, Revision>} */
  #put = new Map();
  /** @type {Map<string, Revision>} */
  #dropped = new Map();
  #place;
  #held;

  /**
   * @param {Place} place
   * @param {Map<string, Map<string, Revision>>} held
   */
  constructor(place, held) {
    this.#place = { ...place };
    this.#held = held;
  }

  /** @param {Revision} revision */
  put(revision) {
    this.#put.set(revision.rev_id, revision);
    this.#dropped.delete(revision.rev_id);
    const all = this.#all(revision.record);
    const left = new Set(leaves(all).map(({ rev_id }) => rev_id));
    const erased = all.some(({ op }) => op === "purge");
    for (const held of all) {
      const isHistory = held.acknowledged && !left.has(held.rev_id);
      if (isHistory || (erased && held.op !== "purge")) this.drop(held);
    }
  }

  /** @param {Revision} revision */
  drop(revision) {
    this.#put.delete(revision.rev_id);
    this.#dropped.set(revision.rev_id, revision);
  }

  /** @param {string} clock one that was seen */
  clock(clock) {
    if (clock > this.#place.clock) this.#place.clock = clock;
  }

  /** @param {Partial<Place>} place */
  place(place) {
    Object.assign(this.#place, place);
  }

  get dropped() {
    return [...this.#dropped.values()];
  }

  get changes() {
    return { put: [...this.#put.values()], gone: [...this.#dropped.keys()], place: this.#place };
  }

  /** @param {string} record */
  #all(record) {
    const all = new Map([...(this.#held.get(record) ?? [])]);
    for (const [id, put] of this.#put) if (put.record === record) all.set(id, put);
    for (const id of this.#dropped.keys()) all.delete(id);
    return [...all.values()];
  }
}
