/**
 * A device that came with an invitation: it shows the number and waits until whoever invited has said
 * yes. Dispatches `joined` (its detail is what this device is from then on), `begin` once the person
 * has read that it is done, and `failed`, whose detail is a sentence.
 */

/** @import { Api, Joined } from "./api.js" */

import { Problem } from "./api.js";
import { deviceName } from "./device-name.js";
import { part, stamp } from "./dom.js";
import { digest, randomBytes, toText } from "./secrets.js";
import { spaced } from "./words.js";

const ASK_EVERY_MS = 700;
const NONCE_BYTES = 16;

const ENDINGS = new Map([
  ["refused", "They said no this time. Ask for a new invitation."],
  ["over", "This invitation is over. Ask for a new one."],
  ["doubled", "This invitation was opened on two devices, so nobody was let in. Ask for a new one."],
]);

export class WaitingView extends HTMLElement {
  #api;
  #given;
  #nonce = randomBytes(NONCE_BYTES);

  /**
   * @param {Api} api
   * @param {string} given the secret of a QR, or typed digits
   */
  constructor(api, given) {
    super();
    this.#api = api;
    this.#given = given;
  }

  connectedCallback() {
    this.replaceChildren(stamp("waiting"));
    part(this, "title", HTMLElement).textContent = "Hello.";
    part(this, "lead", HTMLElement).textContent = "One moment.";
    part(this, "begin", HTMLButtonElement).addEventListener("click", () => {
      this.dispatchEvent(new Event("begin"));
    });
    this.#wait();
  }

  async #wait() {
    try {
      const claim = await this.#ask();
      while (this.isConnected) {
        const { state, number, joined } = await this.#look(claim);
        if (joined) return this.#done(joined);
        const ending = ENDINGS.get(state);
        if (ending) return this.#fail(ending);
        if (number) this.#show(number);
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#fail(`${problem.message} ${problem.hint}`);
    }
  }

  async #ask() {
    const commitment = toText(await digest(this.#nonce));
    const asked = await this.#persist(() => this.#api.join(this.#given, deviceName(), commitment));
    part(this, "title", HTMLElement).textContent = `Hello ${asked.name}.`;
    part(this, "lead", HTMLElement).textContent =
      `Ask ${asked.inviter} to check this number and say yes.`;
    return asked.claim;
  }

  /** @param {string} claim */
  #look(claim) {
    return this.#persist(() => this.#api.claim(claim, toText(this.#nonce)));
  }

  /**
   * A lost network is not the end: the same phone may ask again.
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async #persist(ask) {
    for (;;) {
      try {
        const answer = await ask();
        this.#hint("");
        return answer;
      } catch (problem) {
        const isAway = problem instanceof Problem && problem.status === 0;
        if (!isAway || !this.isConnected) throw problem;
        this.#hint("The box is out of reach. I will ask again by myself.");
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    }
  }

  /** @param {string} number */
  #show(number) {
    const shown = part(this, "number", HTMLElement);
    shown.hidden = false;
    shown.textContent = spaced(number);
  }

  /** @param {Joined} joined */
  #done(joined) {
    this.dispatchEvent(new CustomEvent("joined", { detail: joined }));
    part(this, "title", HTMLElement).textContent = `Welcome, ${joined.name}.`;
    part(this, "lead", HTMLElement).textContent = "Done. You are in.";
    part(this, "number", HTMLElement).hidden = true;
    const begin = part(this, "begin", HTMLButtonElement);
    begin.hidden = false;
    begin.focus();
  }

  /** @param {string} words */
  #hint(words) {
    const hint = part(this, "hint", HTMLElement);
    hint.hidden = !words;
    hint.textContent = words;
  }

  /** @param {string} detail */
  #fail(detail) {
    this.dispatchEvent(new CustomEvent("failed", { detail }));
  }
}

customElements.define("fs-waiting", WaitingView);
