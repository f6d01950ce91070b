/**
 * In Me: the member's copy in the household's Supabase project, which only the family can read. What
 * is wished here the box does within seconds, so the card looks again until it is done.
 */

/** @import { Api, CloudReport } from "../api.js" */

import { ConfirmButton } from "../confirm-button.js";
import { part, stamp } from "../dom.js";
import { ReportWatch } from "../report-watch.js";
import { moment } from "../words.js";
import { CloudForm } from "./cloud-form.js";

const LOOK_AGAIN_MS = 1_000;

export class CloudCard extends HTMLElement {
  /** @type {ReportWatch<CloudReport>} */
  #watch = new ReportWatch(this, (api) => api.cloud(), (report) => this.#show(report));

  connectedCallback() {
    this.replaceChildren(stamp("cloud"));
    part(this, "form", CloudForm).addEventListener("wish", (event) => {
      const { way, mail, password } = /** @type {CustomEvent} */ (event).detail;
      this.#watch.ask((api) => api.linkCloud(way, mail, password));
    });
    part(this, "ends", HTMLElement).replaceChildren(
      this.#end("Sign out", "Copy nothing more? What is in the cloud stays there.", "sign-out"),
      this.#end("Erase the copy", "Erase everything of yours in the cloud?", "erase"),
      this.#end("Erase copy and account", "Erase the copy, and your account there?", "account"),
    );
  }

  disconnectedCallback() {
    this.#watch.end();
  }

  /** @param {Api} api */
  load(api) {
    return this.#watch.load(api);
  }

  /** @param {CloudReport} report */
  #show(report) {
    const { project, allowed, state, wishing, mail, problem, left, others } = report;
    this.dispatchEvent(new CustomEvent("offered", { detail: project !== null }));
    const isLinked = state === "linked";
    part(this, "state", HTMLElement).textContent = said(report);
    const notice = part(this, "problem", HTMLElement);
    notice.hidden = !problem || wishing;
    notice.textContent = problem;
    part(this, "form", CloudForm).show({ hidden: isLinked || !allowed, busy: wishing, mail });
    part(this, "ends", HTMLElement).hidden = !isLinked || wishing;
    part(this, "status", HTMLElement).textContent = wishing ? "The box is asking the project." : "";
    part(this, "others", HTMLElement).replaceChildren(
      ...others.map(({ name, problem }) => line(`${name}: ${problem}`)),
      ...left.map((gone) => this.#gone(gone)),
    );
    return wishing ? LOOK_AGAIN_MS : 0;
  }

  /**
   * @param {string} label
   * @param {string} question
   * @param {"sign-out" | "erase" | "account"} way
   */
  #end(label, question, way) {
    const words = { label, question, yes: label, no: "Keep it" };
    return new ConfirmButton(words, () => this.#watch.ask((api) => api.endCloud(way)));
  }

  /** @param {{ member: string, name: string }} gone */
  #gone({ member, name }) {
    const shown = line(
      `${name} has left, and the box can’t erase their copy any more. Delete their user in ` +
        "Supabase’s dashboard.",
    );
    const done = document.createElement("button");
    done.textContent = "It is deleted";
    done.ariaLabel = `The copy of ${name} is deleted`;
    done.addEventListener("click", () =>
      this.#watch.ask(async (api) => {
        await api.confirmLeft(member);
        return api.cloud();
      }),
    );
    shown.append(" ", done);
    return shown;
  }
}

/** @param {CloudReport} report */
function said({ project, allowed, has_sheet, state, mail, waiting, good_at }) {
  if (!project) return "This box has no Supabase project.";
  if (!allowed) return "Your words stay in the house, unless the owner of the box allows a copy.";
  if (state === "none") {
    const sheet = has_sheet ? "" : " There is no recovery sheet yet, so nothing is sent before.";
    return `A copy outside the house, encrypted here. Only the recovery sheet opens it.${sheet}`;
  }
  if (state === "confirm_mail") return `Open the link in the mail to ${mail}, then sign in here.`;
  const left = waiting === 1 ? "One version waits." : `${waiting} versions wait.`;
  const all = waiting === 0 ? "Everything you wrote is in the cloud." : left;
  const last = good_at ? `Last time it went well: ${moment(good_at)}.` : "It has not begun yet.";
  const who = state === "linked" ? `Signed in as ${mail}.` : "Sign in again to go on.";
  return `${all} ${last} ${who}`;
}

/** @param {string} text */
function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

customElements.define("fs-cloud", CloudCard);
