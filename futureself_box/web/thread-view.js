/**
 * The thread: messages with a rule between days. It follows the words as they come, but only for a
 * reader who is at the end, and it keeps the place of one who reads older pages.
 * Dispatches `older` near the beginning, `example` and, from its messages, `retry`.
 */

/** @import { Entry } from "./thread.js" */

import { arrange, part, reveal, stamp } from "./dom.js";
import { MessageBubble } from "./message-bubble.js";
import { day } from "./words.js";

const NEAR_END_PX = 80;
const NEAR_START_PX = 400;

export class ThreadView extends HTMLElement {
  /** @type {Map<string, MessageBubble>} */
  #bubbles = new Map();
  /** @type {Map<string, HTMLElement>} */
  #days = new Map();
  #atEnd = true;
  /** The scroller's height, and that of what is in it, when it last stood at its place. */
  #height = 0;
  #length = 0;

  connectedCallback() {
    this.replaceChildren(stamp("thread"));
    const scroller = this.#scroller;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const sizes = new ResizeObserver(() => this.#settle());
    // A message grows by itself, too: with people who help, or what can be done with it.
    for (const one of [scroller, part(this, "letters", HTMLElement)]) sizes.observe(one);
    part(this, "latest", HTMLButtonElement).addEventListener("click", () => {
      scroller.focus();
      this.toEnd();
    });
    part(this, "ask", HTMLButtonElement).addEventListener("click", () => {
      const detail = part(this, "example", HTMLElement).textContent;
      this.dispatchEvent(new CustomEvent("example", { detail }));
    });
  }

  /**
   * @param {Entry[]} entries
   * @param {boolean} known whether the box has been heard, so that no entries means no messages
   */
  show(entries, known) {
    part(this, "empty", HTMLElement).hidden = !known || entries.length > 0;
    const scroller = this.#scroller;
    const oldest = this.querySelector("fs-message");
    const before = oldest instanceof MessageBubble ? oldest.offsetTop : 0;
    arrange(part(this, "letters", HTMLElement), this.#nodes(entries));
    // An older page came in above: what the reader looks at stays where it is.
    if (oldest instanceof MessageBubble && !this.#atEnd) {
      scroller.scrollTop += oldest.offsetTop - before;
    }
    this.#settle();
  }

  /** Show the newest words. */
  toEnd() {
    this.#atEnd = true;
    this.#settle();
  }

  /**
   * Show a message, and put the focus on it.
   * @param {string} message
   */
  goTo(message) {
    const bubble = this.#bubbles.get(message);
    if (!bubble?.isConnected) return;
    this.#atEnd = false;
    reveal(bubble);
  }

  /**
   * Say something to a screen reader: the thread itself is silent, or each word would be read.
   * @param {string} words
   */
  announce(words) {
    part(this, "announcer", HTMLElement).textContent = words;
  }

  get #scroller() {
    return part(this, "scroller", HTMLElement);
  }

  /** @param {Entry[]} entries */
  #nodes(entries) {
    let today = "";
    return entries.flatMap((entry) => {
      const date = new Date(entry.writtenAt).toDateString();
      const rule = date === today ? [] : [this.#day(date)];
      today = date;
      return [...rule, this.#bubble(entry)];
    });
  }

  /** @param {string} date */
  #day(date) {
    const rule = this.#days.get(date) ?? document.createElement("h2");
    this.#days.set(date, rule);
    const words = day(Date.parse(date));
    if (rule.textContent !== words) rule.textContent = words;
    return rule;
  }

  /** @param {Entry} entry */
  #bubble(entry) {
    const bubble = this.#bubbles.get(entry.id) ?? new MessageBubble();
    this.#bubbles.set(entry.id, bubble);
    bubble.show(entry);
    return bubble;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    // It became smaller, as when the strip appears, or its words more, and that is heard of here first:
    // nobody scrolled.
    const changed = clientHeight !== this.#height || scrollHeight !== this.#length;
    if (this.#atEnd && changed) return this.#settle();
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    part(this, "latest", HTMLButtonElement).hidden = this.#atEnd;
    if (scrollTop < NEAR_START_PX) this.dispatchEvent(new Event("older"));
  }

  #settle() {
    this.#height = this.#scroller.clientHeight;
    this.#length = this.#scroller.scrollHeight;
    if (this.#atEnd) this.#scroller.scrollTop = this.#length;
  }
}

customElements.define("fs-thread", ThreadView);
