// Grips that follow the pointer, and clicks and strokes on a panel.

import { html, ownColour } from "./dom.js";
import { formatted } from "./numbers.js";

/** @param {number} value @param {number} step */
export const rounded = (value, step) => (step ? Number((Math.round(value / step) * step).toFixed(10)) : value);

/** How many decimals numbers of this step are shown with. @param {number} step */
export const decimals = (step) => (step ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 2);

/** Numbers of one field that are dragged; `k` counts them. */
export class Drag {
  /** @param {any} spec @param {any} host */
  constructor(spec, host) {
    this.spec = spec;
    this.host = host;
    this.panel = host.panels[spec.on];
    this.axes = /** @type {("x" | "y")[]} */ (spec.along === "xy" ? ["x", "y"] : [spec.along]);
    /** @type {any[]} */
    this.grips = [];
  }

  get data() {
    return this.host.engine.state[this.spec.field].data;
  }

  get count() {
    return this.data.length / this.axes.length;
  }

  /** The limits along an axis. @param {"x" | "y"} axis @returns {number[]} */
  limits(axis) {
    const [low, high] = this.panel.spec[axis];
    return [this.spec.low ?? low, this.spec.high ?? high];
  }

  /** What a number is called. @param {number} k @param {number} [axis] */
  name(k, axis) {
    const which = this.count > 1 ? `${this.spec.label} ${k + 1}` : this.spec.label;
    if (axis === undefined || this.axes.length === 1) return which;
    const letter = this.axes[axis];
    return `${which}, ${this.spec.names[axis] ?? (this.panel.spec[`${letter}_label`] || letter)}`;
  }

  /** Set one number, within its limits. @param {number} k @param {number} axis @param {number} value */
  set(k, axis, value, step = this.spec.step) {
    const [low, high] = this.limits(this.axes[axis]);
    this.data[this.axes.length * k + axis] = Math.min(high, Math.max(low, rounded(value, step)));
  }

  /** Set the numbers to what lies under the pointer. @param {number} k @param {PointerEvent} event */
  follow(k, event) {
    const { values } = this.host.engine;
    const { origin, unit } = this.spec;
    this.axes.forEach((axis, place) => {
      let value = this.panel.under(axis, event);
      if (origin) value = Math.abs(value - values[origin].data[k]);
      if (unit) value /= values[unit].data[k];
      this.set(k, place, value);
    });
    this.host.changed(this.spec.field, true);
  }

  /** @param {number} k */
  #make(k) {
    const colour = this.spec.colours[k % this.spec.colours.length];
    const grip = html("button", this.panel.plot, { type: "button", class: "grip" });
    grip.style.setProperty("--own", ownColour(colour));
    grip.dataset.along = this.spec.along;
    let held = false;
    grip.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      held = true;
      grip.setPointerCapture(event.pointerId);
    });
    grip.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (held) this.follow(k, event);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      grip.addEventListener(end, () => {
        if (held) this.host.released();
        held = false;
      });
    }
    grip.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#step(k, event));
    return grip;
  }

  /** @param {number} k @param {KeyboardEvent} event */
  #step(k, event) {
    const right = Number(event.key === "ArrowRight") - Number(event.key === "ArrowLeft");
    const up = Number(event.key === "ArrowUp") - Number(event.key === "ArrowDown");
    if (!right && !up) return;
    event.preventDefault();
    event.stopPropagation();
    const step = this.spec.step || 0.1;
    this.axes.forEach((axis, place) => {
      const by = this.axes.length === 1 ? right + up : axis === "x" ? right : up;
      if (by) this.set(k, place, this.data[this.axes.length * k + place] + by * step);
    });
    this.host.changed(this.spec.field);
  }

  /** Put the grips where they belong. */
  place() {
    while (this.grips.length < this.count) this.grips.push(this.#make(this.grips.length));
    const { data } = this.host.engine.values[this.spec.at || this.spec.field];
    const { left, top, width, height } = this.panel.box;
    this.grips.forEach((grip, k) => {
      const [x, y] = [this.panel.x(data[2 * k]), this.panel.y(data[2 * k + 1])];
      grip.hidden = k >= this.count || !Number.isFinite(x + y);
      if (grip.hidden) return;
      const inside = [Math.max(left, Math.min(left + width, x)), Math.max(top, Math.min(top + height, y))];
      grip.style.transform = `translate(${inside[0].toFixed(2)}px, ${inside[1].toFixed(2)}px)`;
    });
  }

  /** Say where they are, once all is at rest. */
  describe() {
    const form = `.${decimals(this.spec.step) + 1}f`;
    this.grips.slice(0, this.count).forEach((grip, k) => {
      const said = this.axes.map((axis, place) => {
        const name = this.axes.length > 1 ? `${this.name(k, place).split(", ").slice(1).join(", ")} ` : "";
        return name + formatted(this.data[this.axes.length * k + place], form);
      });
      grip.setAttribute("aria-label", `${this.name(k)}: ${said.join(", ")}; arrow keys move it`);
    });
  }
}

/** Click the nearest place. @param {any} spec @param {any} host */
export function makePick(spec, host) {
  const panel = host.panels[spec.on];
  panel.plot.addEventListener("click", (/** @type {PointerEvent} */ event) => {
    const { left, top } = panel.plot.getBoundingClientRect();
    const { data } = host.engine.values[spec.among];
    let [nearest, least] = [-1, 30 ** 2];
    for (let k = 0; k < data.length / 2; k++) {
      const across = panel.x(data[2 * k]) - event.clientX + left;
      const up = panel.y(data[2 * k + 1]) - event.clientY + top;
      if (across ** 2 + up ** 2 < least) [nearest, least] = [k, across ** 2 + up ** 2];
    }
    if (nearest < 0) return;
    host.engine.state[spec.field].data[0] = nearest;
    host.changed(spec.field);
  });
}

/** Click to add a place. @param {any} spec @param {any} host */
export function makePlace(spec, host) {
  const panel = host.panels[spec.on];
  panel.plot.addEventListener("click", (/** @type {PointerEvent} */ event) => {
    if (/** @type {Element} */ (event.target).closest(".grip")) return;
    host.addPlace(spec, panel.under("x", event), panel.under("y", event));
  });
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
