/**
 * What a QR has brought along: the secret of an invitation (`#j=`) or of the set-up (`#s=`). It is
 * taken out of the address at once, so that no history, bookmark or neighbour's glance keeps it.
 */

const SECRET = /^#(?<kind>[js])=(?<secret>[\w-]{22})$/;

/** @typedef {{ kind: "invitation" | "set-up", secret: string }} Arrival */

/** @returns {Arrival | null} null where this is an ordinary visit */
export function takeArrival() {
  const { kind, secret } = SECRET.exec(location.hash)?.groups ?? {};
  if (!secret) return null;
  history.replaceState(null, "", location.pathname);
  return { kind: kind === "j" ? "invitation" : "set-up", secret };
}
