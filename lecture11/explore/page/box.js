// A labelled number box: what keyboard and screen reader use everywhere.

import { html } from "./dom.js";
import { decimals } from "./numbers.js";

/** A labelled number box; `set` gets what is typed, within the limits. Returns what shows a number. */
export function numberBox(
  /** @type {Element} */ parent,
  /** @type {string} */ label,
  /** @type {{low: number, high: number, step: number}} */ { low, high, step },
  /** @type {(value: number) => void} */ set,
) {
  const whole = html("label", parent, { class: "number" });
  html("span", whole, {}, label);
  const box = html("input", whole, { type: "number", min: low, max: high, step: step || "any" });
  let typed = false; // what is being typed stays as it is
  let last = NaN; // what is shown when that is done
  const show = (/** @type {number} */ value) => {
    last = value;
    if (typed && document.activeElement === box) return;
    const text = Number.isFinite(value) ? value.toFixed(decimals(step)) : "";
    if (box.value !== text) box.value = text;
  };
  const give = (/** @type {number} */ value) => {
    last = value; // unless what gets it shows another
    set(value);
  };
  box.addEventListener("input", () => {
    typed = true;
    const value = box.valueAsNumber;
    if (value >= low && value <= high) give(value);
  });
  box.addEventListener("change", () => {
    typed = false;
    const value = box.valueAsNumber; // within the limits it was given while it was typed
    if (value < low || value > high) give(Math.min(high, Math.max(low, value)));
    show(last);
  });
  return show;
}
