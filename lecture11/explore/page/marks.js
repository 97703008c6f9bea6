// The marks, drawn on a panel's canvas. Each returns how many of its parts are there: what is NaN
// is absent.

import { drawContours, drawShades } from "./image.js";
import { filled } from "./numbers.js";
import { drawBars, drawMarker, drawTiles } from "./shapes.js";

/** @typedef {{ink: string, quiet: string, paper: string, palette: string[], mix: number[][]}} Theme */
/** @type {Object<string, number[]>} */
const DASHES = { solid: [], dashed: [8, 5], dotted: [2, 4] };

/** The colour of part k. @param {any} mark @param {number} k @param {Theme} theme @returns {string} */
export function colourOf(mark, k, theme) {
  const colour = mark.colours[k % mark.colours.length];
  return typeof colour === "number" ? theme.palette[colour] : (/** @type {any} */ (theme)[colour] ?? colour);
}

/** The colour that shares of the palette's colours make. @param {Theme} theme */
function mixed(theme, /** @type {any} */ data, /** @type {number} */ from, /** @type {number} */ count) {
  let [red, green, blue] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    const share = data[from + k];
    red += share * theme.mix[k][0];
    green += share * theme.mix[k][1];
    blue += share * theme.mix[k][2];
  }
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** @type {Object<string, (mark: any, values: any, panel: any, theme: Theme, lists: any) => number>} */
const DRAW = {
  points(mark, values, panel, theme) {
    const { pen } = panel;
    const { data } = values[mark.at];
    const shares = mark.mix && values[mark.mix];
    const kinds = (mark.kinds && values[mark.kinds].data) || null;
    const glyphs = (mark.glyphs && values[mark.glyphs].data) || null;
    pen.font = `600 ${mark.size + 5}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    let there = 0;
    for (let i = 0; i < data.length / 2; i++) {
      const [x, y] = [panel.x(data[2 * i]), panel.y(data[2 * i + 1])];
      if (!(Number.isFinite(x) && Number.isFinite(y))) continue;
      there++;
      if (shares) pen.fillStyle = mixed(theme, shares.data, i * shares.shape[1], shares.shape[1]);
      else pen.fillStyle = colourOf(mark, kinds ? kinds[i] : glyphs ? glyphs[i] : i, theme);
      if (glyphs) pen.fillText(String(glyphs[i] % 10), x, y);
      else drawMarker(pen, kinds ? kinds[i] : 0, x, y, mark.size / 2);
    }
    return there;
  },

  lines(mark, values, panel, theme) {
    const { pen } = panel;
    const { data, shape } = values[mark.at];
    const [count, length] = shape.length === 3 ? shape : [1, shape[0]];
    let there = 0;
    for (let k = 0; k < count; k++) {
      let down = false;
      let any = false;
      pen.beginPath();
      for (let i = 2 * k * length; i < 2 * (k + 1) * length; i += 2) {
        const [x, y] = [panel.x(data[i]), panel.y(data[i + 1])];
        const seen = Number.isFinite(x) && !Number.isNaN(y);
        const height = Math.max(-1e5, Math.min(1e5, y));
        if (seen && down) pen.lineTo(x, height);
        else if (seen) pen.moveTo(x, height);
        any ||= seen && down;
        down = seen;
      }
      if (mark.closed) pen.closePath();
      stroke(pen, mark, k, theme);
      there += any ? 1 : 0;
    }
    return there;
  },

  segments(mark, values, panel, theme) {
    const { pen } = panel;
    const { data } = values[mark.at];
    const weights = mark.weights ? values[mark.weights].data : null;
    let there = 0;
    for (let i = 0; i < data.length / 4; i++) {
      if (Number.isNaN(data[4 * i] + data[4 * i + 1] + data[4 * i + 2] + data[4 * i + 3])) continue;
      pen.globalAlpha = weights ? Math.min(1, Math.max(0, weights[i])) : 1;
      pen.beginPath();
      pen.moveTo(panel.x(data[4 * i]), panel.y(data[4 * i + 1]));
      pen.lineTo(panel.x(data[4 * i + 2]), panel.y(data[4 * i + 3]));
      stroke(pen, mark, i, theme);
      there++;
    }
    pen.globalAlpha = 1;
    return there;
  },

  areas(mark, values, panel, theme) {
    const { pen } = panel;
    const { data, shape } = values[mark.at];
    const [count, length] = shape.length === 3 ? shape : [1, shape[0]];
    for (let k = 0; k < count; k++) {
      const from = 3 * k * length;
      pen.beginPath();
      for (let i = 0; i < length; i++) pen.lineTo(panel.x(data[from + 3 * i]), panel.y(data[from + 3 * i + 2]));
      for (let i = length - 1; i >= 0; i--) pen.lineTo(panel.x(data[from + 3 * i]), panel.y(data[from + 3 * i + 1]));
      pen.closePath();
      pen.fillStyle = colourOf(mark, k, theme);
      pen.globalAlpha = mark.opacity;
      pen.fill();
      pen.globalAlpha = 1;
    }
    return count;
  },

  bars: (mark, values, panel, theme) => drawBars(mark, values, panel, theme, colourOf),
  tiles: (mark, values, panel, theme) => drawTiles(mark, values, panel, colourOf(mark, 0, theme)),

  ellipses(mark, values, panel, theme) {
    const { pen } = panel;
    const { data } = values[mark.at];
    const spread = values[mark.covariances].data;
    let there = 0;
    for (let k = 0; k < data.length / 2; k++) {
      const a = Math.sqrt(spread[4 * k]); // Cholesky's factor: (a, 0; b, c)
      const b = spread[4 * k + 2] / a;
      const c = Math.sqrt(spread[4 * k + 3] - b * b);
      if (!Number.isFinite(data[2 * k] + data[2 * k + 1] + a + b + c)) continue;
      pen.beginPath();
      for (let i = 0; i < 90; i++) {
        const [cosine, sine] = [Math.cos((i * Math.PI) / 45), Math.sin((i * Math.PI) / 45)];
        pen.lineTo(panel.x(data[2 * k] + a * cosine), panel.y(data[2 * k + 1] + b * cosine + c * sine));
      }
      pen.closePath();
      stroke(pen, mark, k, theme);
      there++;
    }
    return there;
  },

  labels(mark, values, panel, theme, lists) {
    const { pen } = panel;
    const { data } = values[mark.at];
    pen.font = "600 13px system-ui, sans-serif";
    pen.textAlign = mark.dx < 0 ? "right" : mark.dx > 0 ? "left" : "center";
    pen.textBaseline = "middle";
    let there = 0;
    for (let k = 0; k < data.length / 2; k++) {
      const [x, y] = [panel.x(data[2 * k]), panel.y(data[2 * k + 1])];
      const text = filled(mark.texts[k % mark.texts.length], values, lists);
      if (!Number.isFinite(x + y) || !text) continue;
      pen.lineWidth = 3;
      pen.strokeStyle = theme.paper;
      pen.fillStyle = colourOf(mark, k, theme);
      pen.strokeText(text, x + mark.dx, y + mark.dy);
      pen.fillText(text, x + mark.dx, y + mark.dy);
      there++;
    }
    return there;
  },

  image(mark, values, panel) {
    drawShades(mark, values[mark.at], panel);
    for (const level of mark.levels) drawContours(values[mark.at], level, panel);
    return 1;
  },
};

/** @param {CanvasRenderingContext2D} pen @param {any} mark @param {number} k @param {Theme} theme */
function stroke(pen, mark, k, theme) {
  pen.strokeStyle = colourOf(mark, k, theme);
  pen.lineWidth = mark.width;
  pen.lineJoin = "round";
  pen.setLineDash(mark.dashes ? DASHES[mark.dashes[k % mark.dashes.length]] : DASHES.solid);
  pen.stroke();
  pen.setLineDash(DASHES.solid);
}

/**
 * Draw a mark, and say how many of its parts are there.
 * @param {any} mark
 * @param {any} values
 * @param {any} panel
 * @param {Theme} theme
 * @param {any} lists
 */
export function drawMark(mark, values, panel, theme, lists) {
  if (mark.when && !values[mark.when].data[0]) return 0;
  return DRAW[mark.kind](mark, values, panel, theme, lists);
}
