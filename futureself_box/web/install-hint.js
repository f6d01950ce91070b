/**
 * In Me: how the app comes to the home screen of this device. Where the browser can do it by itself, one
 * button; elsewhere the two taps. Not shown where it is there already, nor after two times "Later".
 */

import { part, stamp } from "./dom.js";
import { keep, read } from "./kept.js";

const MOST_HINTS = 2;

const STEPS = /** @type {[RegExp, string][]} */ ([
  [/iPhone|iPad/, "Tap Share, then “Add to Home Screen”. There it asks for a code: add a device of yours."],
  [/Android.*Firefox/, "Open the menu, then “Add app to Home screen”."],
  [/Android/, "Open the menu, then “Add to Home screen”."],
]);

/** @typedef {Event & { prompt: () => Promise<unknown> }} InstallPrompt Chromium's own event */

/** @type {InstallPrompt | null} */
let offered = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = /** @type {InstallPrompt} */ (event);
});

export class InstallHint extends HTMLElement {
  /** Show it, if there is something to say. */
  show() {
    const steps = STEPS.find(([agent]) => agent.test(navigator.userAgent))?.[1];
    const isThere = matchMedia("(display-mode: standalone)").matches;
    this.hidden = isThere || read("hints", 0) >= MOST_HINTS || (!offered && !steps);
    if (this.hidden) return;
    this.replaceChildren(stamp("install-hint"));
    part(this, "steps", HTMLElement).textContent = offered ? "" : (steps ?? "");
    const install = part(this, "install", HTMLButtonElement);
    install.hidden = !offered;
    install.addEventListener("click", () => this.#install());
    part(this, "later", HTMLButtonElement).addEventListener("click", () => {
      keep("hints", read("hints", 0) + 1);
      this.hidden = true;
    });
  }

  async #install() {
    await offered?.prompt();
    offered = null;
    this.hidden = true;
  }
}

customElements.define("fs-install-hint", InstallHint);
