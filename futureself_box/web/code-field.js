/** The field for an 8-digit code: it groups the digits as they are printed and takes any paste. */

const DIGITS = 8;

class CodeField extends HTMLElement {
  connectedCallback() {
    this.#input.addEventListener("input", () => this.#group());
  }

  /** The digits alone. */
  get digits() {
    return this.#input.value.replace(/\D/g, "");
  }

  get complete() {
    return this.digits.length === DIGITS;
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  get #input() {
    const input = this.querySelector("input");
    if (!input) throw new TypeError("a code field has an input");
    return input;
  }

  #group() {
    const input = this.#input;
    const atEnd = input.selectionStart === input.value.length;
    if (!atEnd) return;
    input.value = grouped(this.digits.slice(0, DIGITS));
  }
}

/**
 * 12345678 as 1234 5678.
 * @param {string} digits
 */
export function grouped(digits) {
  return digits.replace(/^(\d{4})(?=\d)/, "$1 ");
}

customElements.define("fs-code-field", CodeField);
export { CodeField };
