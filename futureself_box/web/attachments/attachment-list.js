/** The photos and recordings of an entry, and, where it is written, the way to add and remove them. */

/** @import { Carrier } from "./carrier.js" */
/** @import { Link } from "./files.js" */

import { arrange, part, stamp } from "../dom.js";
import { AttachmentView } from "./attachment-view.js";
import { ACCEPTED, LIMIT, MOST } from "./files.js";

/** What is attached, to look at. */
export class AttachmentList extends HTMLElement {
  /** @type {Map<string, AttachmentView>} */
  #views = new Map();

  /**
   * @param {Carrier} carrier
   * @param {Link[]} links
   * @param {(link: Link) => void} [remove] offered where it is given
   */
  show(carrier, links, remove) {
    this.role = links.length ? "group" : null;
    this.ariaLabel = links.length ? "Photos and recordings" : null;
    const views = links.map((link) => {
      const view = this.#views.get(link.id) ?? this.#view(carrier, link, remove);
      this.#views.set(link.id, view);
      return view;
    });
    arrange(this, views);
    for (const view of views) view.refresh();
  }

  /**
   * @param {Carrier} carrier
   * @param {Link} link
   * @param {(link: Link) => void} [remove]
   */
  #view(carrier, link, remove) {
    const view = new AttachmentView(carrier, link, Boolean(remove));
    view.addEventListener("remove", () => remove?.(link));
    return view;
  }
}

customElements.define("fs-attachments", AttachmentList);

/** Event `change`, as of any field: files were added or removed. */
export class AttachmentField extends HTMLElement {
  /** @type {Carrier | null} */
  #carrier = null;
  /** @type {Link[]} */
  #links = [];

  connectedCallback() {
    this.replaceChildren(stamp("attachment-field"));
    const file = part(this, "file", HTMLInputElement);
    file.accept = ACCEPTED;
    part(this, "limit", HTMLElement).textContent = LIMIT;
    part(this, "add", HTMLButtonElement).addEventListener("click", () => file.click());
    file.addEventListener("change", (event) => {
      event.stopPropagation();
      this.#add([...(file.files ?? [])]);
      file.value = "";
    });
  }

  /** @param {Carrier} carrier */
  begin(carrier) {
    this.#carrier = carrier;
  }

  get value() {
    return this.#links;
  }

  set value(links) {
    this.#links = links;
    part(this, "refusal", HTMLElement).textContent = "";
    this.#show();
  }

  /** @param {File[]} files */
  async #add(files) {
    if (!this.#carrier) return;
    const problems = [];
    for (const file of files) {
      const link = await this.#carrier.shelf.add(file);
      if (typeof link === "string") problems.push(link);
      else if (this.#links.length >= MOST) problems.push(`One entry takes ${MOST} files.`);
      else if (!this.#links.some(({ id }) => id === link.id)) this.#changed([...this.#links, link]);
    }
    part(this, "refusal", HTMLElement).textContent = problems.join(" ");
  }

  /** @param {Link} gone */
  #remove(gone) {
    this.#changed(this.#links.filter(({ id }) => id !== gone.id));
    part(this, "add", HTMLButtonElement).focus();
  }

  /** @param {Link[]} links */
  #changed(links) {
    this.#links = links;
    this.#show();
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #show() {
    if (!this.#carrier) return;
    const list = part(this, "picked", AttachmentList);
    list.show(this.#carrier, this.#links, (link) => this.#remove(link));
  }
}

customElements.define("fs-attachment-field", AttachmentField);
