/** What was typed into a form and not saved: kept with every key, so a killed tab loses nothing. */

import { keep, read } from "./kept.js";

/**
 * Fill the form's named fields with what was left in them, and keep what is typed from now on.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function keepFields(form, name) {
  fillFields(form, read(name, /** @type {Record<string, string>} */ ({})) ?? {});
  const keepThem = () => keep(name, fieldsOf(form));
  form.addEventListener("input", keepThem);
  form.addEventListener("change", keepThem);
}

/**
 * It is saved: nothing of it is left here.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function dropFields(form, name) {
  form.reset();
  keep(name, null);
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} values
 */
export function fillFields(form, values) {
  for (const field of fields(form)) field.value = values[field.name] ?? "";
}

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
export function fieldsOf(form) {
  return Object.fromEntries(fields(form).map(({ name, value }) => [name, value]));
}

/**
 * @param {HTMLFormElement} form
 * @returns {(HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[]}
 */
function fields(form) {
  /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>} */
  const found = form.querySelectorAll(":is(input, textarea, select)[name]:not([type=radio])");
  return [...found];
}
