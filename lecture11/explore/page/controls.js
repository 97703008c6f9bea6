// Controls beside the picture: native HTML elements, each with its label.

import { numberBox } from "./box.js";
import { html, named } from "./dom.js";
import { rounded } from "./numbers.js";

/** Where a bar's position and the number differ. @param {any} spec */
function barOf({ low, high, step, log }) {
  if (!log) return { low, high, step, to: Number, from: Number };
  const ratio = Math.log(high / low);
  return {
    low: 0,
    high: 100,
    step: 1,
    to: (/** @type {number} */ value) => (100 * Math.log(value / low)) / ratio,
    from: (/** @type {number} */ place) => rounded(low * Math.exp((place / 100) * ratio), step),
  };
}

/** @param {any} spec @param {any} host @param {Element} parent */
function makeSlider(spec, host, parent) {
  const group = html("div", parent, { class: "slider" });
  const { low, high, step, to, from } = barOf(spec);
  const set = (/** @type {number} */ value, busy = false) => host.setNumber(spec.field, value, busy, spec.part);
  const showNumber = numberBox(group, spec.label, spec, (value) => set(value));
  const bar = html("input", group, { type: "range", min: low, max: high, step, "aria-label": spec.label });
  bar.addEventListener("input", () => set(from(bar.valueAsNumber), true));
  bar.addEventListener("change", () => host.released());
  return () => {
    const value = host.numberOf(spec.field, spec.part);
    showNumber(value);
    if (document.activeElement !== bar || from(bar.valueAsNumber) !== value) bar.value = to(value);
  };
}

/** @param {any} spec @param {any} host @param {Element} parent */
function makeChoice(spec, host, parent) {
  const id = named("choice");
  const group = html("div", parent, { class: "choice", role: "group", "aria-labelledby": id });
  html("span", group, { id }, spec.label);
  const buttons = spec.names.map((/** @type {string} */ name, /** @type {number} */ k) => {
    const button = html("button", group, { type: "button" }, name);
    button.addEventListener("click", () => host.setNumber(spec.field, k));
    return button;
  });
  return () => {
    const chosen = host.numberOf(spec.field);
    buttons.forEach((/** @type {Element} */ button, /** @type {number} */ k) =>
      button.setAttribute("aria-pressed", String(k === chosen)),
    );
  };
}

/** @param {any} spec @param {any} host @param {Element} parent */
function makeToggle(spec, host, parent) {
  const whole = html("label", parent, { class: "toggle" });
  const box = html("input", whole, { type: "checkbox" });
  html("span", whole, {}, spec.label);
  box.addEventListener("change", () => host.setNumber(spec.field, Number(box.checked)));
  return () => {
    box.checked = host.numberOf(spec.field) !== 0;
  };
}

/** @param {any} spec @param {any} host @param {Element} parent */
function makeLine(spec, host, parent) {
  const whole = html("label", parent, { class: "line" });
  html("span", whole, {}, spec.label);
  const box = html("input", whole, { type: "text", spellcheck: "false", autocomplete: "off" });
  const note = html("span", whole, { role: "alert" });
  const letters = [...spec.alphabet];
  box.addEventListener("input", () => {
    const typed = [...box.value];
    const known = typed.filter((letter) => letters.includes(letter));
    const unknown = [...new Set(typed.filter((letter) => !letters.includes(letter)))];
    note.textContent = unknown.length ? `not in the alphabet: ${unknown.join(" ")}` : "";
    const [low, high] = host.engine.spec.sizes[spec.size];
    if (known.length < low || known.length > high) {
      note.textContent = `${low} to ${high} letters, please`;
      return;
    }
    host.engine.resize(spec.size, known.length);
    known.forEach((letter, k) => {
      host.engine.state[spec.field].data[k] = letters.indexOf(letter);
    });
    host.changed(spec.field);
  });
  return () => {
    if (document.activeElement === box) return;
    const data = [...host.engine.state[spec.field].data];
    box.value = data.map((/** @type {number} */ k) => letters[k] ?? "").join("");
  };
}

/** @type {Object<string, (spec: any, host: any, parent: Element) => () => void>} */
const MAKE = { slider: makeSlider, choice: makeChoice, toggle: makeToggle, line: makeLine };

/**
 * A control; returns what brings it up to date.
 * @param {any} spec
 * @param {any} host
 * @param {Element} parent
 */
export const makeControl = (spec, host, parent) => MAKE[spec.kind](spec, host, parent);

/** Number boxes for what is dragged. @param {any} drag @param {any} host @param {Element} parent */
export function makeBoxes(drag, host, parent) {
  /** @type {((value: number) => void)[]} */
  const shown = [];
  const width = drag.axes.length;
  return () => {
    while (shown.length < width * drag.count) {
      const [k, axis] = [Math.floor(shown.length / width), shown.length % width];
      const [low, high] = drag.limits(drag.axes[axis]);
      const span = { low, high, step: drag.spec.step };
      const set = (/** @type {number} */ value) => {
        drag.set(k, axis, value, 0);
        host.changed(drag.spec.field);
      };
      shown.push(numberBox(parent, drag.name(k, axis), span, set));
    }
    shown.forEach((show, place) => show(drag.data[place]));
  };
}
