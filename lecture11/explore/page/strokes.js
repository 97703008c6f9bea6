// Clicks and strokes on a panel.

import { numberBox } from "./box.js";
import { html } from "./dom.js";
import { draw } from "./shared.js";

/** Click the nearest place. @param {any} spec @param {any} host */
export function makePick(spec, host) {
  const panel = host.panels[spec.on];
  panel.plot.addEventListener("click", (/** @type {PointerEvent} */ event) => {
    const { x, y } = panel.pixels(event);
    const { data } = host.engine.values[spec.among];
    let [nearest, least] = [-1, 30 ** 2];
    for (let k = 0; k < data.length / 2; k++) {
      const across = panel.x(data[2 * k]) - x;
      const up = panel.y(data[2 * k + 1]) - y;
      if (across ** 2 + up ** 2 < least) [nearest, least] = [k, across ** 2 + up ** 2];
    }
    if (nearest < 0) return;
    host.engine.state[spec.field].data[0] = nearest;
    host.changed(spec.field);
  });
}

/**
 * Scatter places around one.
 * @param {any} spec
 * @param {any} host
 * @param {number} x
 * @param {number} y
 */
function addPlaces(spec, host, x, y) {
  const { engine } = host;
  const [field, used] = spec.choice;
  const held = engine.state[field].data[0] === used ? engine.sizes[spec.size] : 0;
  if (held + spec.count > host.spec.sizes[spec.size][1]) return;
  engine.state[field].data[0] = used;
  engine.resize(spec.size, held + spec.count);
  const scatter = draw("normal", new Float64Array(2 * spec.count), held, 99);
  scatter.forEach((/** @type {number} */ each, /** @type {number} */ k) => {
    engine.state[spec.field].data[2 * held + k] = (k % 2 ? y : x) + spec.spread * each;
  });
  engine.touch(field);
  engine.follow(spec.field);
  host.changed(spec.size);
}

/**
 * Click to add places; by keyboard, two number boxes and a button.
 * @param {any} spec
 * @param {any} host
 * @param {Element} parent
 */
export function makePlace(spec, host, parent) {
  const panel = host.panels[spec.on];
  panel.plot.classList.add("clickable");
  panel.plot.addEventListener("click", (/** @type {PointerEvent} */ event) => {
    addPlaces(spec, host, panel.under("x", event), panel.under("y", event));
  });
  const at = [0, 0];
  const group = html("div", parent, { class: "slider", role: "group", "aria-label": spec.label });
  ["x", "y"].forEach((axis, place) => {
    const [low, high] = panel.spec[axis];
    const set = (/** @type {number} */ value) => {
      at[place] = value;
    };
    numberBox(group, `${spec.label}, ${axis}`, { low, high, step: 0.1 }, set)(0);
  });
  const button = html("button", group, { type: "button" }, `Add ${spec.count} there`);
  button.addEventListener("click", () => addPlaces(spec, host, at[0], at[1]));
}

/** Strokes into an image. @param {any} spec @param {any} host */
export function makeDraw(spec, host) {
  const panel = host.panels[spec.on];
  panel.plot.style.touchAction = "none";
  let held = false;
  const stroke = (/** @type {PointerEvent} */ event) => {
    const { data, shape } = host.engine.state[spec.field];
    const [rows, columns] = shape;
    const share = (/** @type {"x" | "y"} */ axis) => {
      const [low, high] = panel.spec[axis];
      return (panel.under(axis, event) - low) / (high - low);
    };
    const [x, y] = [share("x") * columns - 0.5, share("y") * rows - 0.5];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const ink = Math.max(0, 1 - Math.hypot(row - y, column - x) / (spec.radius + 0.5));
        data[row * columns + column] = Math.max(data[row * columns + column], Math.min(1, 2 * ink));
      }
    }
    host.changed(spec.field, true);
  };
  panel.plot.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    held = true;
    panel.plot.setPointerCapture(event.pointerId);
    stroke(event);
  });
  panel.plot.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (held) stroke(event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    panel.plot.addEventListener(end, () => {
      if (held) host.released();
      held = false;
    });
  }
}
