/**
 * Where the member writes. The draft is kept with every key, so a killed tab loses nothing.
 * Dispatches `say`, whose detail is the text, and `stop`.
 */

import { CareNote } from "./care/care-note.js";
import { prepare } from "./care/recogniser.js";
import { part, stamp } from "./dom.js";
import { keep, read } from "./kept.js";

const CONTEXT = 2;

export class Composer extends HTMLElement {
  #care = new CareNote();
  /** @type {string[]} what was said before */
  #said = [];
  #online = false;

  connectedCallback() {
    this.replaceChildren(this.#care, stamp("composer"));
    const area = this.#area;
    area.value = read("draft", "");
    area.addEventListener("input", () => this.#edited());
    area.addEventListener("focus", () => prepare());
    area.addEventListener("keydown", (event) => this.#key(event));
    part(this, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    part(this, "stop", HTMLButtonElement).addEventListener("click", () => {
      this.dispatchEvent(new Event("stop"));
    });
    this.#fit();
  }

  /**
   * @param {{ answering: boolean, online: boolean }} now
   */
  show({ answering, online }) {
    this.#online = online;
    const stop = part(this, "stop", HTMLButtonElement);
    const send = part(this, "send", HTMLButtonElement);
    const moves = document.activeElement === (answering ? send : stop);
    stop.hidden = !answering;
    send.hidden = answering;
    stop.disabled = !online;
    send.disabled = !this.#area.value.trim();
    if (moves) this.#area.focus();
  }

  get text() {
    return this.#area.value;
  }

  /** @param {string} text */
  fill(text) {
    this.#area.value = text;
    this.#edited();
    this.#area.focus();
  }

  get #area() {
    return part(this, "words", HTMLTextAreaElement);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // On a touch keyboard Enter is a new line, as the key's own label says.
    const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!plain || !matchMedia("(pointer: fine)").matches) return;
    event.preventDefault();
    this.#say();
  }

  #say() {
    const text = this.#area.value.trim();
    if (!text || part(this, "send", HTMLButtonElement).hidden) return;
    this.dispatchEvent(new CustomEvent("say", { detail: text }));
    // Only now, with the words in the outbox, may the draft go; unless another one took its place.
    if (this.#area.value.trim() === text) this.fill("");
    // Without the box nobody answers, so the fixed words are said here; with it, it says them itself.
    this.#care.hear(text, this.#said, { briefly: this.#online });
    this.#said = [...this.#said, text].slice(-CONTEXT);
  }

  #edited() {
    const text = this.#area.value;
    keep("draft", text);
    part(this, "send", HTMLButtonElement).disabled = !text.trim();
    this.#fit();
  }

  /** Where CSS can't yet (`field-sizing`), make the field as high as its words. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    const area = this.#area;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  }
}

customElements.define("fs-composer", Composer);
