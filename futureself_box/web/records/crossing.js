/** Versions that crossed: shown one under the other until the member says which to keep. */

/** @import { Revision } from "./heads.js" */
/** @import { Replica, Shown } from "./replica.js" */

import { part, stamp } from "../dom.js";
import { save } from "./saving.js";

const CHOICES = /** @type {const} */ (["keep-both", "keep-other", "keep-first"]);

/**
 * The versions that crossed a record, with the choice.
 * @param {Replica} replica
 * @param {Shown} shown
 * @param {{ noun: string, words: (body: any) => string, tell: (problem: string) => void }} how
 *   `tell` hears why a choice is not on the phone, or an empty sentence
 */
export function crossings(replica, shown, { noun, words, tell }) {
  return shown.others.map((other) => {
    const fragment = stamp("crossed");
    part(fragment, "group", HTMLElement).ariaLabel = `Another version of this ${noun}`;
    part(fragment, "text", HTMLElement).textContent = words(other.body);
    for (const choice of CHOICES) {
      const button = part(fragment, choice, HTMLButtonElement);
      button.addEventListener("click", async () => tell(await settle(replica, shown, other, choice)));
    }
    return fragment;
  });
}

/**
 * @param {Replica} replica
 * @param {Shown} shown
 * @param {Revision} other
 * @param {typeof CHOICES[number]} choice
 */
async function settle(replica, { id, head }, other, choice) {
  const { kind } = head;
  const problem = choice === "keep-both" && (await save(replica, { kind, body: other.body }));
  if (problem) return problem;
  const body = choice === "keep-other" ? other.body : head.body;
  return save(replica, { record: id, kind, body, settles: [other.rev_id] });
}
