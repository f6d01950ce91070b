/** One item to rate: a row of choices, as numbers or as circles that draw near. A second tap takes it back. */

/** @import { Item } from "./questions.js" */

let fields = 0;
const RADIUS = 9;

/** Event `change`, as of any field. */
export class RatingField extends HTMLElement {
  #item;
  /** @type {number | null} */
  #value = null;

  /** @param {Item} item */
  constructor(item) {
    super();
    this.#item = item;
  }

  connectedCallback() {
    if (this.childElementCount) return;
    const { ask, highest, low = "Not at all", high = "Entirely" } = this.#item;
    const id = `rating-${(fields += 1)}`;
    const label = Object.assign(document.createElement("p"), { id, textContent: ask, className: "ask" });
    const row = Object.assign(document.createElement("div"), { className: "ratings", role: "radiogroup" });
    row.setAttribute("aria-labelledby", id);
    row.style.setProperty("--choices", `${highest}`);
    row.append(...Array.from({ length: highest }, (_, at) => this.#choice(id, at + 1)));
    const ends = Object.assign(document.createElement("p"), { className: "ends soft" });
    ends.append(...[low, high].map((words) => Object.assign(document.createElement("span"), { textContent: words })));
    this.append(label, row, ends);
  }

  get name() {
    return this.#item.name;
  }

  /** 1 to the highest; null where it was left out. */
  get value() {
    return this.#value;
  }

  set value(rating) {
    this.#value = rating;
    for (const input of this.querySelectorAll("input")) input.checked = input.value === `${rating}`;
  }

  /**
   * @param {string} id
   * @param {number} rating
   */
  #choice(id, rating) {
    const { highest, look, low = "Not at all", high = "Entirely" } = this.#item;
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: id, value: `${rating}` });
    const end = rating === 1 ? `, ${low}` : rating === highest ? `, ${high}` : "";
    input.ariaLabel = `${rating} of ${highest}${end}`;
    input.addEventListener("click", () => {
      this.value = this.#value === rating ? null : rating;
      this.dispatchEvent(new Event("change", { bubbles: true }));
    });
    const label = document.createElement("label");
    label.append(input, look === "circles" ? circles((rating - 1) / (highest - 1)) : `${rating}`);
    return label;
  }
}

/**
 * Two circles, from side by side to almost one.
 * @param {number} nearness 0 to 1
 */
function circles(nearness) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 40 20");
  svg.setAttribute("aria-hidden", "true");
  const apart = RADIUS * (1 - 0.85 * nearness);
  for (const x of [20 - apart, 20 + apart]) {
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of Object.entries({ cx: x, cy: 10, r: RADIUS })) circle.setAttribute(name, `${value}`);
    svg.append(circle);
  }
  return svg;
}

customElements.define("fs-rating", RatingField);
