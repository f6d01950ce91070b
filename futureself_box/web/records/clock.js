/**
 * The hybrid logical clock that orders revisions across devices (records/clock.py): milliseconds
 * since 1970 and a 16-bit counter, as 16 hex digits, since a number would lose its last bits here.
 */

export const ZERO = "0000000000000000";

/**
 * The next clock of this device, after everything that it has seen.
 * @param {number} now milliseconds since 1970
 * @param {string} last
 * @returns {string}
 */
export function tick(now, last) {
  const wall = BigInt(Math.max(0, Math.floor(now))) << 16n;
  const next = BigInt(`0x${last}`) + 1n;
  return (wall > next ? wall : next).toString(16).padStart(16, "0");
}

/**
 * The wall-clock part.
 * @param {string} clock
 * @returns {number} milliseconds since 1970
 */
export function milliseconds(clock) {
  return Number(BigInt(`0x${clock}`) >> 16n);
}
