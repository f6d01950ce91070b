/**
 * Invites: asks whom, shows the QR and the code for as long as they work, and lets the phone in once
 * the person here has compared the number. Dispatches `joined` when somebody is in.
 */

/** @import { Api, Invitation, InvitationSeen, Purpose } from "./api.js" */

import { Problem } from "./api.js";
import { grouped } from "./code-field.js";
import { part, stamp } from "./dom.js";
import { countdown, fingerprint, spaced } from "./words.js";

const LOOK_EVERY_MS = 1_000;

const ENDINGS = new Map([
  ["refused", "Nobody was let in."],
  ["over", "This invitation is over. Make a new one."],
  ["doubled", "It was opened on two devices. Nobody was let in. Make a new one."],
]);

/**
 * @typedef {object} Words
 * @property {string} submit the button that makes an invitation
 * @property {string} [nameLabel] asks for the name of somebody new
 * @property {Purpose} [purpose] whom it is for, where that is known
 */

export class InvitationCard extends HTMLElement {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #looking;
  /** @type {Invitation | null} */
  #invitation = null;
  /** @type {Api | null} */
  #api = null;
  /** @type {Words} */
  #words = { submit: "" };

  /**
   * @param {Api} api
   * @param {Words} words
   */
  begin(api, words) {
    this.#api = api;
    this.#words = words;
    this.replaceChildren(stamp("invitation"));
    this.#label();
    part(this, "submit", HTMLButtonElement).textContent = words.submit;
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    part(this, "yes", HTMLButtonElement).addEventListener("click", () => this.#letIn());
    part(this, "no", HTMLButtonElement).addEventListener("click", () => this.#close());
  }

  disconnectedCallback() {
    clearInterval(this.#looking);
  }

  #label() {
    const { nameLabel = "" } = this.#words;
    const name = part(this, "name", HTMLInputElement);
    const born = part(this, "born", HTMLInputElement);
    const isChild = part(this, "is-child", HTMLInputElement);
    name.id = `${this.dataset["part"]}-name`;
    born.id = `${this.dataset["part"]}-born`;
    part(this, "name-label", HTMLLabelElement).htmlFor = name.id;
    part(this, "name-label", HTMLLabelElement).textContent = nameLabel;
    part(this, "born-label", HTMLLabelElement).htmlFor = born.id;
    part(this, "name-field", HTMLElement).hidden = !nameLabel;
    part(this, "child-field", HTMLElement).hidden = !nameLabel;
    isChild.addEventListener("change", () => {
      part(this, "born-field", HTMLElement).hidden = !isChild.checked;
    });
  }

  #submit() {
    const purpose = this.#purpose();
    if (!purpose) return;
    this.#complain("");
    this.#try("error", async (api) => {
      this.#show(await api.invite(purpose));
      part(this, "form", HTMLFormElement).reset();
      part(this, "born-field", HTMLElement).hidden = true;
    });
  }

  /** @returns {Purpose | null} null where something is missing, which it says */
  #purpose() {
    if (!this.#words.nameLabel) return this.#words.purpose ?? {};
    const field = part(this, "name", HTMLInputElement);
    const name = field.value.trim();
    if (!name) return this.#complain("Type their name first.", field);
    if (!part(this, "is-child", HTMLInputElement).checked) return { name, role: "adult" };
    const born = part(this, "born", HTMLInputElement);
    const birth_year = Number(born.value);
    const isYear = birth_year >= 1900 && birth_year <= new Date().getFullYear();
    if (!isYear) return this.#complain("Type the year of birth, like 2018.", born);
    return { name, role: "child", birth_year };
  }

  /** @param {Invitation} invitation */
  #show(invitation) {
    this.#invitation = invitation;
    const { name, code, qr, url } = invitation;
    const isOwnDevice = !this.#words.nameLabel && !this.#words.purpose;
    const whose = isOwnDevice ? "the new device" : `${name}’s phone`;
    this.#say(qr ? `Point the camera of ${whose} here.` : `On ${whose}, open the box and type:`);
    this.#draw(qr);
    part(this, "typing", HTMLElement).textContent = url
      ? `Or open ${new URL(url).host} in its browser, and later type:`
      : "";
    part(this, "code", HTMLElement).textContent = grouped(code);
    part(this, "fingerprint", HTMLElement).textContent = fingerprint(invitation.fingerprint ?? "");
    part(this, "careful", HTMLElement).hidden = !invitation.fingerprint;
    this.#swap(true);
    this.#ask(null);
    part(this, "lead", HTMLElement).focus();
    this.#follow(Date.now() + invitation.expires_in_s * 1000);
  }

  /** @param {string | null} qr */
  #draw(qr) {
    const place = part(this, "qr", HTMLElement);
    place.replaceChildren();
    if (!qr) return;
    const drawing = new DOMParser().parseFromString(qr, "image/svg+xml").documentElement;
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", "QR for the camera of the new phone");
    place.append(document.adoptNode(drawing));
  }

  /** @param {number} endsAt milliseconds since 1970 */
  #follow(endsAt) {
    clearInterval(this.#looking);
    const tick = () => {
      const left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
      part(this, "left", HTMLElement).textContent = `It works once, for ${countdown(left)} more.`;
      this.#look();
    };
    this.#looking = setInterval(tick, LOOK_EVERY_MS);
    tick();
  }

  #look() {
    return this.#try("trouble", async (api) => {
      const invitation = this.#invitation;
      if (!invitation) return;
      const seen = await api.invitation(invitation.id);
      if (invitation === this.#invitation) this.#update(seen, invitation.name);
    });
  }

  /**
   * @param {InvitationSeen} seen
   * @param {string} name
   */
  #update({ state, number, device_name, code_works }, name) {
    part(this, "code", HTMLElement).classList.toggle("spent", !code_works);
    if (state === "asked" && number) {
      this.#say(`${device_name} is asking. Does it show this number?`);
      this.#ask(number);
    }
    const ending = state === "joined" ? `Done. ${name} is in.` : ENDINGS.get(state);
    if (ending) this.#end(ending, state === "joined");
  }

  /** @param {string | null} number */
  #ask(number) {
    const shown = part(this, "number", HTMLElement);
    const yes = part(this, "yes", HTMLButtonElement);
    const isNew = shown.hidden && number !== null;
    shown.hidden = number === null;
    shown.textContent = number ? spaced(number) : "";
    shown.dataset["number"] = number ?? "";
    yes.hidden = number === null;
    part(this, "open", HTMLElement).hidden = number !== null;
    part(this, "no", HTMLButtonElement).textContent = number ? "No" : "Cancel";
    if (isNew) yes.focus();
  }

  #letIn() {
    return this.#try("trouble", async (api) => {
      if (!this.#invitation) return;
      const { number = "" } = part(this, "number", HTMLElement).dataset;
      await api.confirm(this.#invitation.id, number);
      part(this, "yes", HTMLButtonElement).hidden = true;
      this.#say("Letting it in.");
      await this.#look();
    });
  }

  /**
   * @param {string} words
   * @param {boolean} isIn
   */
  #end(words, isIn) {
    clearInterval(this.#looking);
    this.#invitation = null;
    this.#ask(null);
    this.#say(words);
    part(this, "open", HTMLElement).hidden = true;
    part(this, "careful", HTMLElement).hidden = true;
    part(this, "no", HTMLButtonElement).textContent = "Done";
    if (isIn) this.dispatchEvent(new Event("joined", { bubbles: true }));
  }

  #close() {
    clearInterval(this.#looking);
    const invitation = this.#invitation;
    this.#invitation = null;
    if (invitation) this.#try("error", (api) => api.withdraw(invitation.id));
    this.#swap(false);
    part(this, "submit", HTMLButtonElement).focus();
  }

  /**
   * @param {"error" | "trouble"} place where to say what went wrong
   * @param {(api: Api) => Promise<void>} act
   */
  async #try(place, act) {
    if (!this.#api) return;
    try {
      await act(this.#api);
      part(this, place, HTMLElement).textContent = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      part(this, place, HTMLElement).textContent = `${problem.message} ${problem.hint}`;
    }
  }

  /** @param {boolean} ticket */
  #swap(ticket) {
    part(this, "ticket", HTMLElement).hidden = !ticket;
    part(this, "form", HTMLFormElement).hidden = ticket;
  }

  /** @param {string} words */
  #say(words) {
    const lead = part(this, "lead", HTMLElement);
    if (lead.textContent !== words) lead.textContent = words;
  }

  /**
   * @param {string} words
   * @param {HTMLElement} [field]
   */
  #complain(words, field) {
    part(this, "error", HTMLElement).textContent = words;
    field?.focus();
    return null;
  }
}

customElements.define("fs-invitation", InvitationCard);
