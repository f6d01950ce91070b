/** Taking everything with you, and bringing it in again: one file, in an open format. */

/** @import { Api } from "./api.js" */

import { Problem } from "./api.js";
import { part, stamp } from "./dom.js";

export class ArchiveCard extends HTMLElement {
  /** @type {Api | null} */
  #api = null;

  connectedCallback() {
    this.replaceChildren(stamp("archive"));
    const file = part(this, "file", HTMLInputElement);
    part(this, "export", HTMLButtonElement).addEventListener("click", () => this.#export());
    part(this, "import", HTMLButtonElement).addEventListener("click", () => file.click());
    file.addEventListener("change", () => this.#import(file));
  }

  /** @param {Api} api */
  begin(api) {
    this.#api = api;
  }

  #export() {
    return this.#do("Gathering your words.", async (api) => {
      const url = URL.createObjectURL(await api.export());
      const link = Object.assign(document.createElement("a"), { href: url });
      link.download = "futureself.zip";
      link.click();
      URL.revokeObjectURL(url);
      return "The file is in your downloads. Anyone who has it can read it.";
    });
  }

  /** @param {HTMLInputElement} input */
  #import(input) {
    const [file] = input.files ?? [];
    if (!file) return;
    return this.#do("Reading the file.", async (api) => {
      const { records, attachments, problems } = await api.import(file);
      input.value = "";
      const came = `${records} versions and ${attachments} files are in your journal.`;
      return [came, ...problems.slice(0, 5)].join(" ");
    });
  }

  /**
   * @param {string} meanwhile
   * @param {(api: Api) => Promise<string>} act
   */
  async #do(meanwhile, act) {
    const status = part(this, "status", HTMLElement);
    if (!this.#api) return;
    status.hidden = false;
    status.textContent = meanwhile;
    try {
      status.textContent = await act(this.#api);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      status.textContent = `${problem.message} ${problem.hint}`;
    }
  }
}

customElements.define("fs-archive", ArchiveCard);
