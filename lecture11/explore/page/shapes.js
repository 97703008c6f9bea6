// Markers, bars, which may go on for ever, and small images.

/** @typedef {import("./marks.js").Theme} Theme */

/**
 * A marker: circle, triangle, square, diamond, downward triangle, cross.
 * @param {CanvasRenderingContext2D} pen
 * @param {number} kind
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function drawMarker(pen, kind, x, y, r) {
  pen.beginPath();
  if (kind === 0) pen.arc(x, y, r, 0, 2 * Math.PI);
  else if (kind === 2) pen.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else if (kind === 5) {
    pen.rect(x - r, y - 0.35 * r, 2 * r, 0.7 * r);
    pen.rect(x - 0.35 * r, y - r, 0.7 * r, 2 * r);
  } else {
    const up = kind === 4 ? -r : r;
    pen.moveTo(x, y - 1.2 * up);
    pen.lineTo(x + 1.1 * r, y + (kind === 3 ? 0 : up));
    if (kind === 3) pen.lineTo(x, y + 1.2 * r);
    pen.lineTo(x - 1.1 * r, y + (kind === 3 ? 0 : up));
  }
  pen.fill();
}

/** @param {number} value @param {number[]} limits */
const within = (value, [low, high]) => Math.max(low, Math.min(high, value));

/** @param {any} mark @param {any} values @param {any} panel @param {Theme} theme @param {Function} colourOf */
export function drawBars(mark, values, panel, theme, colourOf) {
  const { pen, spec } = panel;
  const { data } = values[mark.at];
  let there = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (Number.isNaN(data[i] + data[i + 1]) || Number.isNaN(data[i + 2] + data[i + 3])) continue;
    const left = panel.x(within(data[i], spec.x));
    const foot = panel.y(within(data[i + 1], spec.y));
    const width = panel.x(within(data[i + 2], spec.x)) - left;
    const height = foot - panel.y(within(data[i + 3], spec.y));
    pen.fillStyle = pen.strokeStyle = colourOf(mark, i / 4, theme);
    pen.lineWidth = 2;
    if (!mark.hollow) pen.fillRect(left, foot - height, width, height);
    else pen.strokeRect(left + 1, foot - height + 1, Math.max(0, width - 2), Math.max(0, height - 2));
    for (let end = 0; end < 4; end++) {
      if (Math.abs(data[i + end]) === Infinity) {
        drawBreak(panel, left, foot - height, width, height, end, theme.paper);
      }
    }
    there++;
  }
  return there;
}

/**
 * A cut near the end of a bar that would go on for ever, and the sign for it.
 * @param {any} panel
 * @param {number} x of its corner
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} end which goes on: left, bottom, right, top
 * @param {string} paper the background's colour
 */
function drawBreak(panel, x, y, width, height, end, paper) {
  const { pen } = panel;
  const upright = end % 2 === 1;
  const towards = end === 0 || end === 3 ? 1 : -1; // from the end back into the bar
  const edge = [x, y + height, x + width, y][end];
  pen.strokeStyle = pen.fillStyle = paper;
  pen.lineWidth = 4;
  pen.beginPath();
  if (upright) {
    pen.moveTo(x - 2, edge + 22 * towards + 5);
    pen.lineTo(x + width + 2, edge + 22 * towards - 5);
  } else {
    pen.moveTo(edge + 22 * towards - 5, y + height + 2);
    pen.lineTo(edge + 22 * towards + 5, y - 2);
  }
  pen.stroke();
  pen.font = "600 15px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  if (upright) pen.fillText("∞", x + width / 2, edge + 9 * towards);
  else pen.fillText("∞", edge + 9 * towards, y + height / 2);
}

/** @param {any} mark @param {any} values @param {any} panel @param {string} colour */
export function drawTiles(mark, values, panel, colour) {
  const { data } = values[mark.at];
  const images = values[mark.images];
  const [, rows, columns] = images.shape;
  const size = mark.size / rows;
  const { pen } = panel;
  pen.fillStyle = colour;
  let there = 0;
  for (let k = 0; k < data.length / 2; k++) {
    const [x, y] = [panel.x(data[2 * k]), panel.y(data[2 * k + 1])];
    if (!Number.isFinite(x + y)) continue;
    there++;
    for (let i = 0; i < rows * columns; i++) {
      pen.globalAlpha = Math.min(1, Math.max(0, images.data[k * rows * columns + i]));
      const [row, column] = [Math.floor(i / columns) - rows / 2, (i % columns) - columns / 2];
      pen.fillRect(x + column * size, y + row * size, size + 0.3, size + 0.3);
    }
  }
  pen.globalAlpha = 1;
  return there;
}
