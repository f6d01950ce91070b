/** One figure over seven days: a line that breaks where the box was off, and a table of the same days. */

/** @import { Figure, Stretch } from "./figures.js" */

import { part, stamp } from "../dom.js";
import { day } from "../words.js";

const DAY_MS = 86_400_000;
const DAYS = 7;
/** A stretch is ten minutes; what lies further apart is not joined. */
const JOINED_MS = 25 * 60_000;
const [WIDTH, HEIGHT, TOP] = [320, 72, 4];

/** @typedef {{ at: number, value: number }} Point */

export class WeekPlot extends HTMLElement {
  /**
   * @param {Figure} figure
   * @param {Stretch[]} stretches oldest first
   * @param {number} now of the box, in milliseconds
   */
  show(figure, stretches, now) {
    this.replaceChildren(stamp("week-plot"));
    const points = stretches.flatMap((stretch) => {
      const value = figure.of(stretch);
      return value === undefined ? [] : [{ at: stretch.at, value }];
    });
    const top = Math.max(figure.least, ...points.map(({ value }) => value));
    part(this, "title", HTMLElement).textContent = figure.title;
    part(this, "about", HTMLElement).textContent = figure.about;
    part(this, "latest", HTMLElement).textContent = latest(figure, points);
    part(this, "chart", SVGSVGElement).ariaLabel = inWords(figure, points);
    part(this, "days", SVGPathElement).setAttribute("d", midnights(now));
    part(this, "line", SVGPathElement).setAttribute("d", line(points, now, top));
    part(this, "top", HTMLElement).textContent = figure.say(top);
    part(this, "summary", HTMLElement).textContent = `${figure.title}, as a table`;
    part(this, "rows", HTMLElement).replaceChildren(...rows(figure, points, now));
  }
}

/**
 * @param {Figure} figure
 * @param {Point[]} points
 */
function latest({ say }, points) {
  const last = points.at(-1);
  return last ? say(last.value) : "Nothing yet";
}

/**
 * @param {Figure} figure
 * @param {Point[]} points
 */
function inWords({ title, say }, points) {
  if (points.length === 0) return `${title}: nothing in seven days.`;
  const { least, middle, most } = spread(points);
  return `${title} over seven days: from ${say(least)} to ${say(most)}, ${say(middle)} in the middle.`;
}

/** @param {Point[]} points at least one */
function spread(points) {
  const values = points.map(({ value }) => value).sort((one, other) => one - other);
  const [least, most] = [values[0], values[values.length - 1]];
  return { least, most, middle: values[Math.floor(values.length / 2)] };
}

/**
 * @param {Point[]} points
 * @param {number} now
 * @param {number} top
 */
function line(points, now, top) {
  let before = -Infinity;
  return points
    .map(({ at, value }) => {
      const y = HEIGHT - (value / top) * (HEIGHT - TOP);
      // One point alone is drawn as a dot: a line without length, with round ends.
      const joined = at - before <= JOINED_MS;
      before = at;
      return joined ? `L${across(at, now)} ${y.toFixed(1)}` : `M${across(at, now)} ${y.toFixed(1)}h0`;
    })
    .join("");
}

/** @param {number} now */
function midnights(now) {
  return days(now)
    .filter((start) => start > now - DAYS * DAY_MS)
    .map((start) => `M${across(start, now)} 0V${HEIGHT}`)
    .join("");
}

/**
 * @param {number} at
 * @param {number} now
 */
function across(at, now) {
  return (WIDTH * (1 - (now - at) / (DAYS * DAY_MS))).toFixed(1);
}

/**
 * The first moments of today and of the days before that are shown, as the reader's clock has them.
 * @param {number} now
 */
function days(now) {
  return Array.from({ length: DAYS + 1 }, (_, ago) => {
    const start = new Date(now);
    start.setHours(0, 0, 0, 0);
    start.setDate(start.getDate() - ago);
    return start.getTime();
  });
}

/**
 * @param {Figure} figure
 * @param {Point[]} points
 * @param {number} now
 */
function rows({ say }, points, now) {
  return days(now).flatMap((start, index, starts) => {
    const end = index === 0 ? Infinity : starts[index - 1];
    const within = points.filter(({ at }) => start <= at && at < end);
    if (within.length === 0) return [];
    const { least, middle, most } = spread(within);
    return [row([day(start, now), say(least), say(middle), say(most)])];
  });
}

/** @param {string[]} texts */
function row([name, ...values]) {
  const line = document.createElement("tr");
  const head = Object.assign(document.createElement("th"), { scope: "row", textContent: name });
  line.append(
    head,
    ...values.map((text) => Object.assign(document.createElement("td"), { textContent: text })),
  );
  return line;
}

customElements.define("fs-week-plot", WeekPlot);
