/** Which steps a device needs, told from what its browser says of itself. */

/** @typedef {"iphone" | "android" | "mac" | "windows" | "chrome" | "firefox"} Kind */

const KINDS = /** @type {[RegExp, Kind][]} */ ([
  [/iPhone|iPad|iPod/, "iphone"],
  [/Android/, "android"],
  // On a computer Firefox keeps certificates of its own, and asks in one dialogue.
  [/Firefox/, "firefox"],
  [/Macintosh/, "mac"],
  [/Windows/, "windows"],
]);
const PHONE = "First, this phone learns to trust your box. It takes two minutes, once.";
const COMPUTER = "First, this computer learns to trust your box. It takes two minutes, once.";

/**
 * @param {{ userAgent: string, maxTouchPoints: number }} [browser]
 * @returns {Kind}
 */
export function kindOf({ userAgent, maxTouchPoints } = navigator) {
  const kind = KINDS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "chrome";
  // An iPad calls itself a Mac; no Mac has a touch screen.
  return kind === "mac" && maxTouchPoints > 1 ? "iphone" : kind;
}

/**
 * Whether this browser hands a profile to Settings: on iOS Safari and Chrome do, others save it as
 * a file (mozilla-mobile/firefox-ios#25476).
 * @param {string} [agent]
 */
export function takesProfiles(agent = navigator.userAgent) {
  return !/FxiOS|EdgiOS|DuckDuckGo|Ddg\/|OPiOS|OPT\//.test(agent);
}

/** @param {Kind} kind */
export function welcome(kind) {
  return kind === "iphone" || kind === "android" ? PHONE : COMPUTER;
}
