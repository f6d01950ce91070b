/** Scores over time: a small line for each, and the same figures as a table. */

/** @import { Course } from "./measures.js" */

import { part, stamp } from "../dom.js";

const DAY_MS = 86_400_000;
const [WIDTH, HEIGHT, MARGIN] = [320, 48, 8];

export class MeasureChart extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount === 0) this.replaceChildren(stamp("measure-chart"));
  }

  /** @param {Course[]} courses */
  show(courses) {
    const days = [...new Set(courses.flatMap(({ points }) => points.map(({ day }) => day)))].sort();
    this.hidden = days.length === 0;
    if (this.hidden) return;
    const span = [days[0], days[days.length - 1]].map(Date.parse);
    part(this, "lines", HTMLElement).replaceChildren(...courses.map((course) => line(course, span)));
    const names = ["Day", ...courses.map(({ label }) => label)];
    part(this, "head", HTMLElement).replaceChildren(...names.map((name) => cell("th", name)));
    part(this, "rows", HTMLElement).replaceChildren(
      ...days.toReversed().map((day) => row(day, courses)),
    );
  }
}

/**
 * @param {Course} course
 * @param {number[]} span the first and the last day of all
 */
function line({ label, points, highest }, [first, last]) {
  const figure = document.createElement("div");
  figure.append(stamp("measure-line"));
  part(figure, "label", HTMLElement).textContent = label;
  const places = points.map(({ day, value }) => {
    const x = MARGIN + ((Date.parse(day) - first) / Math.max(last - first, DAY_MS)) * (WIDTH - 2 * MARGIN);
    return [x, HEIGHT - MARGIN - ((value - 1) / (highest - 1)) * (HEIGHT - 2 * MARGIN)];
  });
  const text = places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  part(figure, "line", SVGPolylineElement).setAttribute("points", text);
  part(figure, "dots", SVGGElement).replaceChildren(...places.map(dot));
  const latest = points[points.length - 1];
  part(figure, "latest", HTMLElement).textContent = latest ? `${rounded(latest.value)} of ${highest}` : "–";
  return figure;
}

/** @param {number[]} place */
function dot([x, y]) {
  const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, value] of Object.entries({ cx: x, cy: y, r: 3 })) circle.setAttribute(name, `${value}`);
  return circle;
}

/**
 * @param {string} day
 * @param {Course[]} courses
 */
function row(day, courses) {
  const line = document.createElement("tr");
  const values = courses.map(({ points }) => points.findLast((point) => point.day === day)?.value);
  line.append(cell("td", day), ...values.map((value) => cell("td", value === undefined ? "–" : rounded(value))));
  return line;
}

/**
 * @param {"td" | "th"} tag
 * @param {string} textContent
 */
function cell(tag, textContent) {
  const made = Object.assign(document.createElement(tag), { textContent });
  if (tag === "th") made.scope = "col";
  return made;
}

/** @param {number} value */
function rounded(value) {
  return `${Math.round(value * 10) / 10}`;
}

customElements.define("fs-measure-chart", MeasureChart);
