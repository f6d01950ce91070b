/** The devices that are let in, and a way to shut each of them out. */

/** @import { Api, Device } from "./api.js" */

import { Problem } from "./api.js";
import { ConfirmButton } from "./confirm-button.js";
import { part, stamp } from "./dom.js";
import { lastSeen } from "./words.js";

export class DeviceList extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(stamp("devices"));
  }

  /**
   * Ask the box and show what it says; on trouble the old list stays.
   * @param {Api} api
   * @param {string} member who is reading; others' devices carry their names
   */
  async load(api, member) {
    const error = part(this, "error", HTMLElement);
    try {
      const devices = await api.devices();
      const rows = devices.map((device) => this.#row(device, api, member));
      part(this, "list", HTMLUListElement).replaceChildren(...rows);
      error.textContent = "";
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      error.textContent = `${problem.message} ${problem.hint}`;
    }
  }

  /**
   * @param {Device} device
   * @param {Api} api
   * @param {string} member
   */
  #row(device, api, member) {
    const row = document.createElement("li");
    row.append(stamp("device"));
    const own = device.member === member;
    const name = own ? device.name : `${device.member_name}: ${device.name}`;
    part(row, "name", HTMLElement).textContent = name;
    part(row, "current", HTMLElement).hidden = !device.current;
    const seen = part(row, "seen", HTMLElement);
    seen.textContent = lastSeen(device.last_seen, device.online);
    seen.classList.toggle("here", device.online);
    // This device leaves by the way at the end of the screen, where it says what is lost.
    if (!device.current) row.append(this.#removal(device, api, member));
    return row;
  }

  /**
   * @param {Device} device
   * @param {Api} api
   * @param {string} member
   */
  #removal(device, api, member) {
    const words = {
      label: "Remove",
      question: `Remove ${device.name}? It is shut out at once.`,
      yes: "Remove",
      no: "Keep it",
    };
    const button = new ConfirmButton(words, async () => {
      await api.revoke(device.id);
      await this.load(api, member);
    });
    button.classList.add("beside");
    return button;
  }
}

customElements.define("fs-devices", DeviceList);
