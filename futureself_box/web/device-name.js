/** What to call this device in the list of devices: what a person would recognise it by. */

const KINDS = /** @type {[RegExp, string][]} */ ([
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android.*Mobile/, "Android phone"],
  [/Android/, "Android tablet"],
  [/Macintosh/, "Mac"],
  [/Windows/, "Windows computer"],
  [/CrOS/, "Chromebook"],
  [/Linux/, "Linux computer"],
]);
const BROWSERS = /** @type {[RegExp, string][]} */ ([
  [/Firefox|FxiOS/, "Firefox"],
  [/Edg/, "Edge"],
  [/Chrome|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
]);

/** @param {string} [agent] */
export function deviceName(agent = navigator.userAgent) {
  const find = (/** @type {[RegExp, string][]} */ names) =>
    names.find(([pattern]) => pattern.test(agent))?.[1];
  return `${find(KINDS) ?? "Device"}, ${find(BROWSERS) ?? "browser"}`;
}
