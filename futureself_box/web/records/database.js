/** The phone's own copy of the records on its disk: IndexedDB, one database for this device. */

/** @import { Revision } from "./heads.js" */

const NAME = "futureself";
const VERSION = 1;

/**
 * How far this device has read the box's log.
 * @typedef {{ cursor: number, epoch: string | null, clock: string }} Place
 */

/** @returns {Promise<IDBDatabase>} */
export function open() {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("revisions", { keyPath: "rev_id" });
    request.result.createObjectStore("place");
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
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Erase everything, also where another tab still has it open. */
export function erase() {
  return answered(indexedDB.deleteDatabase(NAME));
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
