/**
 * The join page: shows the steps for this device, looks every two seconds what is still missing, and
 * hands over to the https page. It works without any trust, so it uses nothing that needs a secure
 * context; and it sends the secret to nobody, which stays behind the # of the address.
 */

/** @import { Where } from "./checks.js" */

import { askWhere, look } from "./checks.js";
import { part, say, showClock, showInvitation, showSteps } from "./view.js";
import { Verdict } from "./verdict.js";

const LOOK_EVERY_MS = 2_000;
/** A device that trusts the box already is let through without a flash of steps. */
const STEPS_AFTER_MS = 1_000;
const OPENING_SHOULD_TAKE_MS = 6_000;
/** The secret of an invitation (j) or of the set-up (s): 16 bytes in base64url. */
const SECRET = /^#[js]=[\w-]{22}$/;

const secret = SECRET.test(location.hash) ? location.hash : "";
let lookAtOnce = () => {};

// Whoever comes back from Settings waits for nothing.
document.addEventListener("visibilitychange", () => lookAtOnce());
window.addEventListener("pageshow", () => lookAtOnce());
part("again", HTMLButtonElement).addEventListener("click", () => location.reload());

showInvitation(secret !== "");
showSteps();
setTimeout(() => part("guide", HTMLElement).removeAttribute("hidden"), STEPS_AFTER_MS);
await open(await untilTrusted());

/** @returns {Promise<string>} the origin to go to */
async function untilTrusted() {
  const verdict = new Verdict();
  /** @type {Where | undefined} */
  let where;
  for (;;) {
    try {
      where ??= await askWhere();
      const { state, origin } = verdict.after(await look(where));
      const isWrong = showClock(where, state === "untrusted");
      say(isWrong ? "clock" : state);
      if (origin) return origin;
    } catch {
      say("away");
    }
    await pause();
  }
}

/** @param {string} origin */
async function open(origin) {
  const there = `${origin}/${secret}`;
  location.replace(there);
  setTimeout(() => {
    const link = part("open", HTMLAnchorElement);
    link.href = there;
    link.hidden = false;
  }, OPENING_SHOULD_TAKE_MS);
}

function pause() {
  /** @type {Promise<void>} */
  const paused = new Promise((resolve) => {
    lookAtOnce = resolve;
    setTimeout(resolve, LOOK_EVERY_MS);
  });
  return paused;
}
