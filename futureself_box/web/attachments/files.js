/** Which files an entry takes, and what is said of the others. The box holds the same limits. */

/** @typedef {{ id: string, type: string, size: number, name?: string }} Link as an entry has it */

export const MOST = 30;
const MOST_MB = 25;
const MB = 1_000_000;
const MOST_NAME = 200;

/** Each type with the endings of its files, and other names that browsers have for it. */
const TYPES = new Map([
  ["image/jpeg", ["jpg", "jpeg", "image/jpg"]],
  ["image/png", ["png"]],
  ["image/webp", ["webp"]],
  ["audio/mp4", ["m4a", "audio/x-m4a", "audio/m4a"]],
  ["audio/webm", ["weba"]],
  ["audio/ogg", ["ogg", "oga", "opus", "application/ogg"]],
  ["audio/mpeg", ["mp3", "audio/mp3"]],
  ["audio/wav", ["wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]],
]);

export const ACCEPTED = [...TYPES].flatMap(([type, more]) => [type, ...more.map(accepted)]).join();
export const LIMIT = `Photos and recordings of up to ${MOST_MB} MB each.`;

/** @param {string} name */
function accepted(name) {
  return name.includes("/") ? name : `.${name}`;
}

/**
 * The type as the box calls it; null where it takes none of that kind.
 * @param {File} file
 */
export function typeOf(file) {
  const given = file.type.split(";")[0];
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  for (const [type, more] of TYPES) {
    if (given ? given === type || more.includes(given) : more.includes(ending)) return type;
  }
  return null;
}

/**
 * Why a file can't be kept; empty where it can.
 * @param {File} file
 */
export function refusal(file) {
  if (typeOf(file) === null) {
    return `“${file.name}” is neither a photo nor a recording that I can keep. JPEG, PNG, WebP, M4A, MP3, Ogg, WAV and WebM are.`;
  }
  if (file.size > MOST_MB * MB) {
    const size = (file.size / MB).toFixed(0);
    return `“${file.name}” has ${size} MB. I take up to ${MOST_MB} MB; send a smaller one.`;
  }
  return file.size === 0 ? `“${file.name}” is empty.` : "";
}

/**
 * @param {File} file one that was not refused
 * @returns {Promise<{ link: Link, blob: Blob }>} its name in an entry, and its bytes
 */
export async function read(file) {
  // Copied now: what was picked may be moved or deleted before the box is in reach.
  const bytes = await file.arrayBuffer();
  const type = typeOf(file) ?? "";
  const name = file.name.slice(0, MOST_NAME);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const id = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { link: { id, type, size: bytes.byteLength, name }, blob: new Blob([bytes], { type }) };
}
