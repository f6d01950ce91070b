/**
 * What this device can reach and trusts. A look asks the box's own `/check` in several ways at once.
 */

/**
 * @typedef {object} Where what the box says of itself
 * @property {string} id
 * @property {string} name
 * @property {number} time milliseconds since 1970
 * @property {string} fingerprint
 * @property {string} host
 * @property {number} port
 * @property {number} join_port
 * @property {string[]} addresses
 *
 * @typedef {object} Findings
 * @property {boolean} reached the box answers where this page came from
 * @property {boolean} resolved its name leads to it
 * @property {string} [byName] its https origin by name, where this device trusts it
 * @property {string} [byAddress] the same by address
 */

const ANSWER_WITHIN_MS = 4_000;

/**
 * @param {Where} where
 * @returns {Promise<Findings>}
 */
export async function look(where) {
  const { host, port, join_port, id } = where;
  const named = `https://${host}:${port}`;
  const [reached, resolved, byName, ...addressed] = await Promise.all([
    answering(location.origin, id),
    answering(`http://${host}:${join_port}`, id),
    answering(named, id),
    ...addressOrigins(where).map((origin) => answering(origin, id)),
  ]);
  return {
    reached: Boolean(reached),
    resolved: Boolean(resolved),
    byName,
    byAddress: addressed.find((origin) => origin !== undefined),
  };
}

/**
 * What the box says of itself. Rejects where it doesn't answer.
 * @returns {Promise<Where>}
 */
export function askWhere() {
  return ask("/where");
}

/**
 * The address that this page came from goes first: the device reaches that one for certain.
 * @param {Where} where
 * @param {string} [here]
 * @returns {string[]}
 */
function addressOrigins({ port, addresses }, here = location.hostname) {
  const hosts = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
  return hosts
    .toSorted((one, other) => Number(other === here) - Number(one === here))
    .map((host) => `https://${host}:${port}`);
}

/**
 * The origin, if the box of that id answers there. Out of reach, not resolved and not trusted look
 * alike to a page, so only an answer is sure.
 * @param {string} origin
 * @param {string} id
 */
async function answering(origin, id) {
  try {
    const check = await ask(`${origin}/check`);
    return check.id === id ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} url */
async function ask(url) {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(url, { cache: "no-store", credentials: "omit", signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
