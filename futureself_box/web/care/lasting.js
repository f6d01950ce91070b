/** What is asked for once and kept; a failure is forgotten, so that the next one asks again. */

/**
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {() => Promise<T>}
 */
export function lasting(ask) {
  /** @type {Promise<T> | undefined} */
  let asked;
  return () => {
    asked ??= ask().catch((problem) => {
      asked = undefined;
      throw problem;
    });
    return asked;
  };
}
