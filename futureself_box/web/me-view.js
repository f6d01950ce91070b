/**
 * The screen about the member: devices, other people, the box, and the way out.
 * Dispatches `left` once this device is signed out.
 */

/** @import { Api, Joined, Me } from "./api.js" */

import { ArchiveCard } from "./archive-card.js";
import { BackupCard } from "./backup-card.js";
import { RegionCard } from "./care/region-card.js";
import { TimeCard } from "./care/time-card.js";
import { BoxStatus } from "./box-status.js";
import { CloudCard } from "./cloud/cloud-card.js";
import { ConfirmButton } from "./confirm-button.js";
import { DeviceList } from "./device-list.js";
import { DoctorCard } from "./doctor-card.js";
import { part, stamp } from "./dom.js";
import { InstallHint } from "./install-hint.js";
import { InvitationCard } from "./invitation-card.js";
import { PeopleList } from "./people-list.js";
import { SheetCard } from "./sheet-card.js";
import { WeekCard } from "./week/week-card.js";

const ROLES = {
  owner: "Owner of this box",
  adult: "Member of this household",
  child: "Child of this household",
};

export class MeView extends HTMLElement {
  /** Whether the member is signing out: then the box hangs up because it was asked to. */
  isLeaving = false;

  #api;
  #who;
  #unsent;

  /**
   * @param {Api} api
   * @param {Joined} who
   * @param {() => number} unsent how much that was written lies on this phone only
   */
  constructor(api, who, unsent) {
    super();
    this.#api = api;
    this.#who = who;
    this.#unsent = unsent;
  }

  connectedCallback() {
    this.replaceChildren(stamp("me"));
    this.introduce(this.#who);
    part(this, "sheet", SheetCard).begin(this.#api);
    part(this, "archive", ArchiveCard).begin(this.#api);
    part(this, "cloud", CloudCard).addEventListener("offered", (event) => {
      const { detail } = /** @type {CustomEvent<boolean>} */ (event);
      part(this, "cloud-section", HTMLElement).hidden = !detail;
    });
    part(this, "doctor", DoctorCard).begin(this.#api);
    part(this, "week", WeekCard).begin(this.#api);
    part(this, "people", PeopleList).addEventListener("change", () => this.refresh());
    this.addEventListener("joined", () => this.refresh());
    part(this, "own-device", InvitationCard).begin(this.#api, { submit: "Add a device of mine" });
    part(this, "adult", InvitationCard).begin(this.#api, {
      submit: "Invite",
      nameLabel: "Invite somebody. Their name",
    });
    const words = {
      label: "Sign out",
      question: "Sign out of this device?",
      yes: "Sign out",
      no: "Stay",
    };
    part(this, "sign-out", HTMLElement).replaceChildren(
      new ConfirmButton(words, () => this.#leave()),
    );
  }

  /**
   * The box may know the member by a newer name or role.
   * @param {Pick<Joined, "name" | "role">} who
   */
  introduce({ name, role }) {
    part(this, "initial", HTMLElement).textContent = [...name][0] ?? "";
    part(this, "name", HTMLElement).textContent = name;
    part(this, "role", HTMLElement).textContent = ROLES[role];
  }

  /**
   * What the box says of oneself.
   * @param {Me} me
   */
  show({ role, sheet_proven_at }) {
    part(this, "adult", InvitationCard).hidden = role === "child";
    part(this, "sheet-section", HTMLElement).hidden = role !== "owner";
    part(this, "sheet", SheetCard).show(sheet_proven_at);
    part(this, "backup-section", HTMLElement).hidden = role !== "owner";
    part(this, "doctor-section", HTMLElement).hidden = role !== "owner";
    part(this, "region-section", HTMLElement).hidden = role !== "owner";
  }

  /** Ask the box again for what may have changed. */
  refresh() {
    part(this, "devices", DeviceList).load(this.#api, this.#who.member);
    part(this, "install-hint", InstallHint).show();
    part(this, "time", TimeCard).load(this.#api, this.#who.member);
    part(this, "people", PeopleList).load(this.#api, this.#who.role === "owner");
    part(this, "box", BoxStatus).load(this.#api);
    part(this, "cloud", CloudCard).load(this.#api);
    if (this.#who.role === "owner") {
      part(this, "backups", BackupCard).load(this.#api);
      part(this, "region", RegionCard).load(this.#api);
    }
    part(this, "leaving", HTMLElement).textContent = leaving(this.#unsent());
  }

  async #leave() {
    this.isLeaving = true;
    try {
      await this.#api.revoke(this.#who.device);
      this.dispatchEvent(new Event("left"));
    } finally {
      this.isLeaving = false;
    }
  }
}

/** @param {number} unsent */
function leaving(unsent) {
  if (unsent === 0) return "What you wrote stays on the box.";
  return unsent === 1
    ? "One thing that you wrote has not reached the box. It would be lost."
    : `${unsent} things that you wrote have not reached the box. They would be lost.`;
}

customElements.define("fs-me", MeView);
