// Where panels stand, and the colours of the page around them.

import { html, ownColour } from "./dom.js";
import { Panel } from "./panel.js";

const NARROW = 560; // pixels below which columns stand one above another

/** Colours as the page has them now. @param {Element} root */
export function themeOf(root) {
  const style = getComputedStyle(root);
  const named = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const palette = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => named(`colour-${k}`));
  const mix = palette.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return { ink: named("ink"), quiet: named("quiet"), paper: named("paper"), palette, mix };
}

/** Panels in their columns. @param {any} lab @param {string} words the id of what describes them */
export function makeScene(lab, words) {
  const { panels, marks } = lab.spec.scene;
  const root = html("div", lab.root, { class: "scene" });
  /** @type {{element: any, panels: Panel[], share: number}[]} */
  const columns = [];
  for (const spec of panels) {
    while (columns.length <= spec.column) {
      columns.push({ element: html("div", root, { class: "column" }), panels: [], share: 1 });
    }
    const column = columns[spec.column];
    lab.panels[spec.name] = new Panel(spec, column.element, words);
    column.panels.push(lab.panels[spec.name]);
    makeKey(lab.panels[spec.name], marks.filter((/** @type {any} */ mark) => mark.on === spec.name));
  }
  const layout = () => {
    const whole = root.clientWidth;
    if (!whole) return;
    const side = whole >= NARROW ? columns.length : 1;
    const width = Math.floor((whole - 16 * (side - 1)) / side);
    const most = Math.min(width, 640);
    for (const { panels } of columns) panels.forEach((panel) => panel.layout(most));
  };
  const redraw = () => {
    lab.theme = themeOf(lab.root);
    lab.draw();
  };
  const resized = new ResizeObserver(() => {
    layout();
    redraw();
  });
  const themed = new MutationObserver(redraw);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  return {
    watch() {
      layout();
      resized.observe(root);
      dark.addEventListener("change", redraw);
      const attributeFilter = ["data-jp-theme-light", "data-theme", "class"];
      themed.observe(document.body, { attributes: true, attributeFilter });
    },
    unwatch() {
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", redraw);
    },
  };
}

/** What the marks are called. @param {Panel} panel @param {any[]} marks */
function makeKey(panel, marks) {
  for (const mark of marks) {
    mark.labels.forEach((/** @type {string} */ label, /** @type {number} */ k) => {
      const entry = html("span", panel.key, { class: `entry ${mark.kind}` });
      const swatch = html("span", entry, { class: "swatch", "aria-hidden": "true" });
      swatch.style.setProperty("--own", ownColour(mark.colours[k % mark.colours.length]));
      swatch.dataset.dash = mark.dashes?.[k % mark.dashes.length] ?? "";
      swatch.dataset.hollow = mark.hollow ?? "";
      html("span", entry, {}, label);
    });
  }
}
