/**
 * What this phone has on its disk: IndexedDB, one database for this device, with its copy of the
 * records and the photos and recordings that it holds.
 */

/** @import { Revision } from "./heads.js" */

const NAME = "futureself";
const VERSION = 2;

/**
 * How far this device has read the box's log, and how far the cloud has what is in it.
 * @typedef {{ cursor: number, epoch: string | null, clock: string, cloud?: number }} Place
 *
 * @typedef {object} FileRow a photo or recording that this phone holds or knows of
 * @property {string} id the SHA-256 of the file as it was picked, in hex
 * @property {Blob | null} blob
 * @property {string | null} entry the entry that was saved with it here; null where it was only
 *   picked, or came from the box
 * @property {string | null} onBox the epoch in which the box was heard to have it
 * @property {string} [problem] why the box can't keep it
 */

/** @returns {Promise<IDBDatabase>} */
export function open() {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) {
      request.result.createObjectStore("revisions", { keyPath: "rev_id" });
      request.result.createObjectStore("place");
    }
    request.result.createObjectStore("files", { keyPath: "id" });
  };
  return answered(request);
}

/**
 * @param {IDBDatabase} database
 * @returns {Promise<{ revisions: Revision[], place: Place | undefined }>}
 */
export async function readAll(database) {
  const transaction = database.transaction(["revisions", "place"]);
  const [revisions, place] = await Promise.all([
    answered(transaction.objectStore("revisions").getAll()),
    answered(transaction.objectStore("place").get("box")),
  ]);
  return { revisions, place };
}

/**
 * One transaction; it is on the disk when this is done, or nothing of it is.
 * @param {IDBDatabase} database
 * @param {{ put: Revision[], gone: string[], place: Place }} changes
 * @returns {Promise<void>}
 */
export function write(database, { put, gone, place }) {
  const stores = ["revisions", "place"];
  const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
  const revisions = transaction.objectStore("revisions");
  for (const revision of put) revisions.put(revision);
  for (const rev_id of gone) revisions.delete(rev_id);
  transaction.objectStore("place").put(place, "box");
  return finished(transaction);
}

/**
 * @param {IDBDatabase} database
 * @returns {Promise<FileRow[]>}
 */
export function readFiles(database) {
  return answered(database.transaction("files").objectStore("files").getAll());
}

/**
 * One transaction, as `write`.
 * @param {IDBDatabase} database
 * @param {{ put?: FileRow[], gone?: string[] }} changes
 * @returns {Promise<void>}
 */
export function writeFiles(database, { put = [], gone = [] }) {
  const transaction = database.transaction("files", "readwrite", { durability: "strict" });
  const files = transaction.objectStore("files");
  for (const row of put) files.put(row);
  for (const id of gone) files.delete(id);
  return finished(transaction);
}

/** Erase everything, also where another tab still has it open. */
export function erase() {
  return answered(indexedDB.deleteDatabase(NAME));
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
