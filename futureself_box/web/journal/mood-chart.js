/** Mood over time: a line for the eye, and the same figures as a table. */

import { part, stamp } from "../dom.js";
import { MOODS } from "./entries.js";

const DAY_MS = 86_400_000;
const [WIDTH, HEIGHT] = [320, 96];
const MARGIN = 8;

export class MoodChart extends HTMLElement {
  connectedCallback() {
    this.replaceChildren(stamp("mood-chart"));
  }

  /** @param {{ day: string, mood: number }[]} moods oldest first */
  show(moods) {
    this.hidden = moods.length < 2;
    if (this.hidden) return;
    const points = place(moods);
    const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    part(this, "line", SVGPolylineElement).setAttribute("points", line);
    part(this, "dots", SVGGElement).replaceChildren(...points.map(dot));
    part(this, "rows", HTMLElement).replaceChildren(...moods.toReversed().map(row));
    const last = moods[moods.length - 1];
    part(this, "chart", SVGSVGElement).ariaLabel =
      `Mood of ${moods.length} days; the latest: ${inWords(last.mood)}`;
  }
}

/** @param {{ day: string, mood: number }[]} moods */
function place(moods) {
  const [first, last] = [moods[0].day, moods[moods.length - 1].day].map(Date.parse);
  const span = Math.max(last - first, DAY_MS);
  return moods.map(({ day, mood }) => {
    const x = MARGIN + ((Date.parse(day) - first) / span) * (WIDTH - 2 * MARGIN);
    const y = HEIGHT - MARGIN - ((mood - 1) / (MOODS.length - 1)) * (HEIGHT - 2 * MARGIN);
    return [x, y];
  });
}

/** @param {number[]} point */
function dot([x, y]) {
  const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, value] of Object.entries({ cx: x, cy: y, r: 3 })) {
    circle.setAttribute(name, `${value}`);
  }
  return circle;
}

/** @param {{ day: string, mood: number }} mood */
function row({ day, mood }) {
  const line = document.createElement("tr");
  for (const text of [day, inWords(mood)]) {
    line.append(Object.assign(document.createElement("td"), { textContent: text }));
  }
  return line;
}

/** @param {number} mood */
function inWords(mood) {
  return MOODS[Math.round(mood) - 1];
}

customElements.define("fs-mood-chart", MoodChart);
