/** What the join page shows: the steps of a device, the line at the bottom, and what is in the way. */

/** @import { Where } from "./checks.js" */
/** @import { Kind } from "./device.js" */
/** @import { State } from "./verdict.js" */

import { kindOf, takesProfiles, welcome } from "./device.js";

const A_DAY_MS = 86_400_000;
const PROFILE = "/future-self-box.mobileconfig";
const CERTIFICATE = "/future-self-box.crt";
const LIVE = {
  looking: "Looking for your box.",
  away: "The box is out of reach. Join the home Wi-Fi.",
  untrusted: "Not trusted yet. Still checking.",
  clock: "Not trusted. The date looks wrong.",
  naming: "Trusted. Looking for the box’s name.",
  trusted: "Trusted. Opening your future self.",
};

/**
 * @template {Element} T
 * @param {string} name
 * @param {{ new (): T }} type
 * @returns {T}
 */
export function part(name, type) {
  const found = document.querySelector(`[data-part="${name}"]`);
  if (!(found instanceof type)) throw new TypeError(`no part ${name}`);
  return found;
}

/**
 * The line that says what the page found; read aloud when it changes.
 * @param {State | "clock"} state
 */
export function say(state) {
  const live = part("live", HTMLElement);
  if (live.dataset["state"] === state) return;
  live.dataset["state"] = state;
  live.textContent = LIVE[state];
}

/** @param {boolean} isInvited */
export function showInvitation(isInvited) {
  part("uninvited", HTMLElement).hidden = isInvited;
  part("lasting", HTMLElement).hidden = !isInvited;
}

/** Shows the steps for this device, or for the one that was chosen. */
export function showSteps() {
  const chooser = part("kind", HTMLSelectElement);
  chooser.value = sessionStorage.getItem("kind") ?? kindOf();
  chooser.addEventListener("change", () => {
    sessionStorage.setItem("kind", chooser.value);
    sessionStorage.removeItem("fetched");
    stepsFor(/** @type {Kind} */ (chooser.value));
  });
  part("get", HTMLAnchorElement).addEventListener("click", () => {
    sessionStorage.setItem("fetched", "yes");
    showFetched();
  });
  part("copy", HTMLButtonElement).addEventListener("click", copyAddress);
  stepsFor(/** @type {Kind} */ (chooser.value));
}

/**
 * Says so where the clocks are more than a day apart: a device with a wrong date trusts nothing.
 * @param {Where} where
 * @param {boolean} matters
 * @param {number} [now]
 * @returns {boolean} whether it is shown
 */
export function showClock({ time }, matters, now = Date.now()) {
  const isWrong = matters && Math.abs(now - time) > A_DAY_MS;
  part("clock", HTMLElement).hidden = !isWrong;
  part("clock-here", HTMLElement).textContent = date(now);
  part("clock-box", HTMLElement).textContent = date(time);
  return isWrong;
}

/** @param {Kind} kind */
function stepsFor(kind) {
  for (const steps of document.querySelectorAll("ol[data-steps]")) {
    steps.toggleAttribute("hidden", steps.getAttribute("data-steps") !== kind);
  }
  const get = part("get", HTMLAnchorElement);
  get.href = kind === "iphone" ? PROFILE : CERTIFICATE;
  // Firefox asks whether to trust a certificate that it is shown; others keep it as a file.
  get.toggleAttribute("download", kind !== "iphone" && kind !== "firefox");
  part("lead", HTMLElement).textContent = welcome(kind);
  part("browser", HTMLElement).hidden = kind !== "iphone" || takesProfiles();
  showFetched();
}

function showFetched() {
  const isFetched = sessionStorage.getItem("fetched") !== null;
  const get = part("get", HTMLAnchorElement);
  get.textContent = isFetched ? "Get the certificate again" : "Get the certificate";
  get.classList.toggle("fetched", isFetched || !part("browser", HTMLElement).hidden);
  part("after", HTMLElement).hidden = !isFetched;
}

function copyAddress() {
  const address = document.createElement("textarea");
  address.value = location.href;
  document.body.append(address);
  address.select();
  // The clipboard's newer interface needs a page that is trusted already.
  const isCopied = document.execCommand("copy");
  address.remove();
  const copy = part("copy", HTMLButtonElement);
  copy.textContent = isCopied ? "Copied" : "Copy it from the top";
  copy.focus();
}

/** @param {number} at */
function date(at) {
  return new Date(at).toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
}
