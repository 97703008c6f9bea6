// Numbers and sentences, as lecture11/figures/sentences.py writes them: same formats, same texts.

/** @typedef {import("./arrays.js").Computed} Computed */
/** @typedef {import("./arrays.js").Values} Values */

const FORMAT = /^(\+?)(?:\.(\d))?([dfg%])$/;
const NUMBER = /\{(\w[\w.]*)(?:\[([\d, ]+)\])?:([^{}]+)\}/g;
const UNDEFINED = "undefined";
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A whole part with its thousands set apart. @param {string} text */
const grouped = (text) => text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));

/** @param {string} text */
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0*$/, "") : text);

/** So many decimals; toFixed turns to powers of ten at 1e21. @param {number} size @param {number} digits */
function fixed(size, digits) {
  if (size < 1e21) return grouped(size.toFixed(digits));
  return grouped(BigInt(size).toString()) + (digits ? "." + "0".repeat(digits) : "");
}

/** @param {number} size @param {number} digits */
function significant(size, digits) {
  if (size === 0) return "0";
  const [head, tail] = size.toExponential(Math.max(digits, 1) - 1).split("e");
  const power = Number(tail);
  if (power < -5 || power >= 7) {
    const raised = String(Math.abs(power)).replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]);
    return `${trimmed(head)} × 10${power < 0 ? "⁻" : ""}${raised}`;
  }
  const plain = head.replace(".", "");
  if (power < 0) return trimmed(`0.${"0".repeat(-power - 1)}${plain}`);
  const whole = plain.padEnd(power + 1, "0");
  return trimmed(grouped(`${whole.slice(0, power + 1)}.${whole.slice(power + 1)}`));
}

/** The number as the format writes it. @param {number} value @param {string} form */
export function formatted(value, form) {
  const [, sign, digits, kind] = /** @type {string[]} */ (FORMAT.exec(form));
  if (Number.isNaN(value)) return UNDEFINED;
  const size = Math.abs(kind === "%" ? 100 * value : value);
  let text = "∞";
  if (size < Infinity) text = (kind === "g" ? significant : fixed)(size, Number(digits || 0));
  const signs = /[1-9∞]/.test(text) ? (value < 0 ? "−" : sign) : "";
  return signs + text + (kind === "%" ? " %" : "");
}

/** The place of an index in an array's data. @param {string | undefined} index @param {number[]} shape */
function placeOf(index, shape) {
  if (!index) return 0;
  return index.split(",").reduce((place, each, axis) => place * shape[axis] + Number(each), 0);
}

/**
 * A text with its numbers filled in.
 * @param {string} text
 * @param {Values} values
 * @param {Object<string, string[]>} lists
 */
export function filled(text, values, lists) {
  return text.replace(NUMBER, (_, name, index, form) => {
    const { data, shape } = values[name];
    const value = data[placeOf(index, shape)];
    if (!(form in lists)) return formatted(value, form);
    return lists[form][Number.isFinite(value) ? Math.trunc(value) : -1] ?? UNDEFINED;
  });
}

/** Whether all of an array is true. @param {Computed} array */
export const isTrue = (array) => array.data.every((each) => each !== 0);

/**
 * All sentences that are said now.
 * @param {{text: string, when: [string, boolean] | null}[]} sentences
 * @param {Values} values
 * @param {Object<string, string[]>} lists
 */
export function wordsOf(sentences, values, lists) {
  return sentences
    .filter(({ when }) => !when || isTrue(values[when[0]]) === when[1])
    .map(({ text }) => filled(text, values, lists))
    .join(" ");
}

/** To a multiple of the step, or as it is where that is 0. @param {number} value @param {number} step */
export const rounded = (value, step) => (step ? Number((Math.round(value / step) * step).toFixed(10)) : value);

/** How many decimals numbers of this step are shown with. @param {number} step */
export const decimals = (step) => (step ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 2);
