// Computed images and their contours.

/** @typedef {import("./arrays.js").Computed} Computed */

// From low to high, the same in the light and the dark: dark is better, as in the course's stills.
const TERRAIN = [
  [13, 59, 102],
  [0, 114, 178],
  [86, 180, 233],
  [198, 225, 239],
  [245, 245, 240],
];
const GREY = [
  [255, 255, 255],
  [34, 34, 34],
];
/** @type {Object<string, number[][]>} */
const SHADES = { terrain: TERRAIN, grey: GREY };

/** A canvas and its pixels for each mark, made once. @type {WeakMap<any, any>} */
const SHEETS = new WeakMap();

/** @param {any} mark @param {number} rows @param {number} columns */
function sheetOf(mark, rows, columns) {
  const kept = SHEETS.get(mark);
  if (kept && kept.canvas.width === columns && kept.canvas.height === rows) return kept;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const made = { canvas, pen, pixels: pen.createImageData(columns, rows) };
  SHEETS.set(mark, made);
  return made;
}

/** @param {any} mark @param {Computed} image @param {any} panel */
export function drawShades(mark, { data, shape }, panel) {
  const [rows, columns] = shape;
  const { canvas, pen, pixels } = sheetOf(mark, rows, columns);
  const shades = SHADES[mark.shades];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column];
      const place = 4 * ((rows - 1 - row) * columns + column);
      const share = Math.min(1, Math.max(0, (value - mark.low) / (mark.high - mark.low)));
      const stop = Math.min(shades.length - 2, Math.floor(share * (shades.length - 1)));
      const rest = share * (shades.length - 1) - stop;
      for (let c = 0; c < 3; c++) {
        pixels.data[place + c] = (1 - rest) * shades[stop][c] + rest * shades[stop + 1][c];
      }
      pixels.data[place + 3] = Number.isNaN(value) ? 0 : 255;
    }
  }
  pen.putImageData(pixels, 0, 0);
  const { left, top, width, height } = panel.box;
  panel.pen.imageSmoothingEnabled = mark.shades === "terrain";
  panel.pen.drawImage(canvas, left, top, width, height);
}

/**
 * The line along which the image has this value, by marching squares: cell by cell, a piece joins
 * the two edges that it crosses.
 * @param {Computed} image
 * @param {number} level
 * @param {any} panel
 */
export function drawContours({ data, shape }, level, panel) {
  const [rows, columns] = shape;
  const { left, top, width, height } = panel.box;
  const { pen } = panel;
  const x = (/** @type {number} */ column) => left + ((column + 0.5) / columns) * width;
  const y = (/** @type {number} */ row) => top + height - ((row + 0.5) / rows) * height;
  const corner = (/** @type {number} */ row, /** @type {number} */ column) => data[row * columns + column] - level;
  const part = (/** @type {number} */ a, /** @type {number} */ b) => a / (a - b);
  pen.beginPath();
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const [a, b] = [corner(row, column), corner(row, column + 1)];
      const [d, c] = [corner(row + 1, column), corner(row + 1, column + 1)];
      if (Number.isNaN(a + b + c + d)) continue;
      let down = false;
      const go = (/** @type {number} */ across, /** @type {number} */ up) => {
        if (down) pen.lineTo(x(across), y(up));
        else pen.moveTo(x(across), y(up));
        down = !down;
      };
      if (a < 0 !== b < 0) go(column + part(a, b), row);
      if (b < 0 !== c < 0) go(column + 1, row + part(b, c));
      if (d < 0 !== c < 0) go(column + part(d, c), row + 1);
      if (a < 0 !== d < 0) go(column, row + part(a, d));
    }
  }
  pen.strokeStyle = "rgb(0 0 0 / 0.35)";
  pen.lineWidth = 1;
  pen.stroke();
}
