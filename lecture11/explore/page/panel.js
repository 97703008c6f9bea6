// A panel: axes, a canvas for the marks, and above it room for what is taken hold of.

import { html, svg } from "./dom.js";
import { formatted } from "./numbers.js";

const STEPS = [1, 2, 5, 10];

/** Round numbers between two limits. @param {number} low @param {number} high @param {number} most */
export function linearTicks(low, high, most) {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * /** @type {number} */ (STEPS.find((each) => each * power >= raw * 0.999));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    ticks.push(k * step);
  }
  return ticks;
}

/** 1, 2 and 5 times the powers of ten; the powers alone where they suffice. @param {number} low @param {number} high */
export function logTicks(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks.length > 7 ? ticks.filter((tick) => Math.log10(tick) % 1 === 0) : ticks;
}

export class Panel {
  /** @param {any} spec @param {Element} column @param {string} words the id of what describes it */
  constructor(spec, column, words) {
    this.spec = spec;
    this.root = html("div", column, { class: "panel" });
    html("div", this.root, { class: "title" }, spec.title);
    this.key = html("div", this.root, { class: "key" });
    this.plot = html("div", this.root, { class: "plot" });
    this.canvas = html("canvas", this.plot, {
      role: "img",
      "aria-label": spec.title,
      "aria-describedby": words,
    });
    this.frame = svg("svg", this.plot, { "aria-hidden": "true" });
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.width = 0;
    this.height = 0;
    this.box = { left: 0, top: 0, width: 1, height: 1 };
    this.scale = { x: this.#axis("x"), y: this.#axis("y") };
  }

  /** @param {"x" | "y"} name */
  #axis(name) {
    const log = this.spec.log.includes(name);
    const [low, high] = this.spec[name].map(log ? Math.log : Number);
    return { log, low, high, start: 0, length: 1 };
  }

  /** Fit into so many pixels. @param {number} width */
  layout(width) {
    const { ticks, x_label, y_label, aspect, y, log } = this.spec;
    const across = log.includes("y") ? logTicks(y[0], y[1]) : linearTicks(y[0], y[1], 5);
    const longest = Math.max(...across.map((tick) => formatted(tick, ".6g").length));
    const left = (ticks.includes("y") ? 14 + 7 * longest : 10) + (y_label ? 18 : 0);
    const bottom = (ticks.includes("x") ? 22 : 2) + (x_label ? 18 : 0);
    const inner = width - left - 12;
    const height = Math.round(inner * aspect);
    this.box = { left, top: 8, width: inner, height };
    Object.assign(this.scale.x, { start: left, length: inner });
    Object.assign(this.scale.y, { start: 8 + height, length: -height });
    this.width = width;
    this.height = 8 + height + bottom;
    const larger = this.root.getBoundingClientRect().width / this.root.offsetWidth || 1; // on a slide
    const sharp = larger * window.devicePixelRatio;
    this.canvas.width = Math.round(width * sharp);
    this.canvas.height = Math.round(this.height * sharp);
    this.pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    for (const each of [this.plot, this.canvas, this.frame]) {
      each.style.width = `${width}px`;
      each.style.height = `${this.height}px`;
    }
    this.#drawFrame();
  }

  #drawFrame() {
    const { left, top, width, height } = this.box;
    const { ticks, x, y, x_label, y_label, log } = this.spec;
    this.frame.replaceChildren();
    svg("rect", this.frame, { x: left, y: top, width, height, class: "frame" });
    const foot = top + height;
    const most = Math.max(2, Math.min(6, Math.floor(width / 60)));
    const across = !ticks.includes("x") ? [] : log.includes("x") ? logTicks(x[0], x[1]) : linearTicks(x[0], x[1], most);
    const rows = Math.max(2, Math.min(6, Math.floor(height / 36)));
    const up = !ticks.includes("y") ? [] : log.includes("y") ? logTicks(y[0], y[1]) : linearTicks(y[0], y[1], rows);
    for (const tick of across) {
      const place = this.x(tick);
      svg("path", this.frame, { d: `M${place} ${foot}v4`, class: "tick" });
      const at = { x: place, y: foot + 17, "text-anchor": "middle" };
      svg("text", this.frame, at, formatted(tick, ".6g"));
    }
    for (const tick of up) {
      const place = this.y(tick);
      svg("path", this.frame, { d: `M${left} ${place}h-4`, class: "tick" });
      const at = { x: left - 7, y: place + 4, "text-anchor": "end" };
      svg("text", this.frame, at, formatted(tick, ".6g"));
    }
    const middle = top + height / 2;
    const under = { x: left + width / 2, y: this.height - 4, "text-anchor": "middle" };
    if (x_label) svg("text", this.frame, { ...under, class: "name" }, x_label);
    const beside = { "text-anchor": "middle", transform: `translate(12 ${middle}) rotate(-90)` };
    if (y_label) svg("text", this.frame, { ...beside, class: "name" }, y_label);
  }

  /** Where a number lies, in pixels. @param {number} value */
  x(value) {
    return this.#place(this.scale.x, value);
  }

  /** @param {number} value */
  y(value) {
    return this.#place(this.scale.y, value);
  }

  /** @param {any} axis @param {number} value */
  #place(axis, value) {
    const even = axis.log ? Math.log(value) : value;
    return axis.start + ((even - axis.low) / (axis.high - axis.low)) * axis.length;
  }

  /** Where the pointer is, in pixels of the panel: a slide shows it larger. @param {PointerEvent} event */
  pixels(event) {
    const { left, top, width } = this.plot.getBoundingClientRect();
    const own = this.width / width;
    return { x: (event.clientX - left) * own, y: (event.clientY - top) * own };
  }

  /** The number under the pointer. @param {"x" | "y"} name @param {PointerEvent} event */
  under(name, event) {
    const axis = this.scale[name];
    const even = axis.low + ((this.pixels(event)[name] - axis.start) / axis.length) * (axis.high - axis.low);
    const [low, high] = this.spec[name];
    return Math.min(high, Math.max(low, axis.log ? Math.exp(even) : even));
  }

  /** Begin a new drawing, which ends at the frame. */
  clear() {
    const { left, top, width, height } = this.box;
    this.pen.clearRect(0, 0, this.width, this.height);
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(left, top, width, height);
    this.pen.clip();
  }

  finish() {
    this.pen.restore();
  }
}
