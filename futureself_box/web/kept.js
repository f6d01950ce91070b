/**
 * What this device keeps between visits: its token, a draft, messages on their way. All of it lies
 * in localStorage under one prefix, so that a removed device can forget all of it at once.
 */

const PREFIX = "futureself.";

/**
 * @template T
 * @param {string} name
 * @param {T} otherwise what a device that kept nothing gets
 * @returns {T}
 */
export function read(name, otherwise) {
  const text = localStorage.getItem(PREFIX + name);
  return text === null ? otherwise : JSON.parse(text);
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function keep(name, value) {
  localStorage.setItem(PREFIX + name, JSON.stringify(value));
}

/** Forget everything. */
export function forgetAll() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  }
}
