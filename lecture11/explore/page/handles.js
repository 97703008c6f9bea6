// Grips that follow the pointer.

import { html, ownColour } from "./dom.js";
import { decimals, formatted, rounded } from "./numbers.js";

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
