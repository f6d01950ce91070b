/** One photo or recording of an entry: seen or heard from this phone, else fetched from the box. */

/** @import { Carrier } from "./carrier.js" */
/** @import { Link } from "./files.js" */

import { Problem } from "../api.js";
import { part, stamp } from "../dom.js";

const NOT_THERE = "This file has not reached the box. It is on the device that added it.";
const AWAY = "The box is out of reach. This file shows when it is back.";

/** Event `remove`, where removing was offered. */
export class AttachmentView extends HTMLElement {
  #carrier;
  #link;
  #removable;
  #url = "";
  #fetching = false;
  /** @type {IntersectionObserver | null} */
  #watching = null;

  /**
   * @param {Carrier} carrier
   * @param {Link} link
   * @param {boolean} removable
   */
  constructor(carrier, link, removable) {
    super();
    this.#carrier = carrier;
    this.#link = link;
    this.#removable = removable;
  }

  connectedCallback() {
    if (!this.childElementCount) this.#begin();
    this.refresh();
  }

  disconnectedCallback() {
    this.#watching?.disconnect();
    this.#watching = null;
    // Moved in the page it is here again at once; gone, its memory is given back.
    queueMicrotask(() => {
      if (!this.isConnected) this.#release();
    });
  }

  /** Show the file if it is here now. */
  refresh() {
    if (this.#url || !this.isConnected) return;
    const blob = this.#carrier.shelf.blob(this.#link.id);
    if (blob) this.#show(blob);
    else if (this.#isPhoto) this.#watch();
    else part(this, "get", HTMLButtonElement).hidden = false;
  }

  #begin() {
    this.replaceChildren(stamp("attachment"));
    const { name } = this.#link;
    const noun = this.#isPhoto ? "Photo" : "Recording";
    part(this, "name", HTMLElement).textContent = name || noun;
    part(this, "photo", HTMLImageElement).alt = name ? `${noun}: ${name}` : noun;
    part(this, "sound", HTMLAudioElement).ariaLabel = name ? `${noun}: ${name}` : noun;
    part(this, "get", HTMLButtonElement).addEventListener("click", () => this.#fetch());
    const remove = part(this, "remove", HTMLButtonElement);
    remove.hidden = !this.#removable;
    remove.ariaLabel = `Remove: ${name || noun}`;
    remove.addEventListener("click", () => this.dispatchEvent(new Event("remove")));
  }

  get #isPhoto() {
    return this.#link.type.startsWith("image/");
  }

  /** A photo is fetched when it comes near the screen. */
  #watch() {
    if (this.#watching) return;
    this.#watching = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) this.#fetch();
    });
    this.#watching.observe(this);
  }

  async #fetch() {
    if (this.#fetching || this.#url) return;
    this.#fetching = true;
    const status = part(this, "status", HTMLElement);
    try {
      this.#show(await this.#carrier.fetch(this.#link));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const { status: answered, message, hint } = problem;
      const words = answered === 404 ? NOT_THERE : answered ? `${message} ${hint}` : AWAY;
      status.textContent = words;
      // Looked for again when something has changed, as after a way home.
      this.#watching?.disconnect();
      this.#watching = null;
    } finally {
      this.#fetching = false;
    }
  }

  /** @param {Blob} blob */
  #show(blob) {
    if (this.#url || !this.isConnected) return;
    this.#watching?.disconnect();
    this.#url = URL.createObjectURL(blob);
    part(this, "status", HTMLElement).textContent = "";
    part(this, "get", HTMLButtonElement).hidden = true;
    const name = this.#isPhoto ? "photo" : "sound";
    const medium = part(this, name, HTMLElement);
    medium.hidden = false;
    if (medium instanceof HTMLImageElement || medium instanceof HTMLAudioElement) {
      medium.src = this.#url;
    }
  }

  #release() {
    URL.revokeObjectURL(this.#url);
    this.#url = "";
  }
}

customElements.define("fs-attachment", AttachmentView);
