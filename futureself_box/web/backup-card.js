/** In Me, for the owner: how the backups went, and one more at a tap. */

/** @import { Api, BackupOutcome, Backups } from "./api.js" */

import { part, stamp } from "./dom.js";
import { ReportWatch } from "./report-watch.js";
import { day, timeOfDay } from "./words.js";

const LOOK_AGAIN_MS = 2_000;

export class BackupCard extends HTMLElement {
  /** @type {ReportWatch<Backups>} */
  #watch = new ReportWatch(this, (api) => api.backups(), (report) => this.#show(report));

  connectedCallback() {
    this.replaceChildren(stamp("backups"));
    this.#button.addEventListener("click", async () => {
      const isUnderWay = await this.#watch.ask((api) => api.backUp());
      if (!isUnderWay) this.#button.disabled = false;
    });
  }

  disconnectedCallback() {
    this.#watch.end();
  }

  /** @param {Api} api */
  load(api) {
    return this.#watch.load(api);
  }

  /** @param {Backups} report */
  #show({ backup, second, drill, under_way, problem }) {
    part(this, "backup", HTMLElement).textContent = backup ? said(backup, "Made") : "None yet.";
    part(this, "second-row", HTMLElement).hidden = second === null;
    part(this, "second", HTMLElement).textContent = second ? said(second, "Copied") : "";
    part(this, "drill", HTMLElement).textContent = drill
      ? said(drill, "Everything came back")
      : "None yet. There is one every month.";
    const notice = part(this, "problem", HTMLElement);
    notice.hidden = problem === null;
    notice.textContent = problem;
    this.#button.disabled = under_way;
    part(this, "status", HTMLElement).textContent = under_way ? "A backup is being made." : "";
    return under_way ? LOOK_AGAIN_MS : 0;
  }

  get #button() {
    return part(this, "now", HTMLButtonElement);
  }
}

/**
 * How the last try went, and when it last went well.
 * @param {BackupOutcome} outcome
 * @param {string} well
 */
function said({ at, good_at, problem }, well) {
  if (!problem) return `${well} ${when(at)}.`;
  const last = good_at ? `The last good one: ${when(good_at)}.` : "None has gone well yet.";
  return `Tried ${when(at)}, and it failed. ${last}`;
}

/** @param {string} iso */
function when(iso) {
  const at = Date.parse(iso);
  const date = day(at).replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase());
  return `${date}, ${timeOfDay(at)}`;
}

customElements.define("fs-backups", BackupCard);
