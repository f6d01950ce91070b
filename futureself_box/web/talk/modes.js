/** The five modes as a person reads them, and why one was chosen. */

/** @typedef {"mentor" | "companion" | "cheerleader" | "challenger" | "strategist"} Mode */

/** @type {Record<Mode, { title: string, line: string }>} */
export const MODES = {
  mentor: { title: "Mentor", line: "I tell you of my own way." },
  companion: { title: "Companion", line: "I’ll just listen." },
  cheerleader: { title: "Cheerleader", line: "I’m glad with you." },
  challenger: { title: "Challenger", line: "I ask the hard question." },
  strategist: { title: "Strategist", line: "I help you plan." },
};

/** What children are not offered. */
export const GROWN_UP = new Set(["cheerleader", "challenger"]);

/** @type {Record<string, string>} */
const WHYS = {
  chosen: "You chose this.",
  distress: "That sounds heavy.",
  grief: "You are grieving.",
  plan: "You asked how to begin.",
  win: "Something went well.",
  stuck: "You are going in circles.",
  meaning: "You asked what I know.",
  decision: "You have something to decide.",
  venting: "You wanted to be heard.",
  challenge: "You asked for it.",
  leave: "You gave me leave.",
  low: "It is a hard day.",
  bright: "It is a good day.",
  night: "It is night.",
};

/**
 * @param {string} name
 * @returns {name is Mode}
 */
export function isMode(name) {
  return name in MODES;
}

/**
 * Why a mode came; empty where nothing changed.
 * @param {string} why
 */
export function reason(why) {
  return WHYS[why] ?? "";
}

/**
 * Whether a change of this reason can be taken back: what the member wanted, or needs now, can't.
 * @param {string} why
 */
export function canBeDeclined(why) {
  return why in WHYS && !["chosen", "distress", "grief", "challenge", "leave"].includes(why);
}
