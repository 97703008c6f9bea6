// Making elements. Texts are always set as text, so nothing a reader types can become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Element} element
 * @param {Object<string, any>} attributes
 * @param {string} [text]
 */
function finished(element, attributes, text) {
  for (const name in attributes) {
    if (attributes[name] !== undefined) element.setAttribute(name, String(attributes[name]));
  }
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * An HTML element, the last child of another. JupyterLab leaves the keys alone only where the very
 * element that has the focus asks it to.
 * @param {string} tag
 * @param {Element} parent
 * @param {Object<string, any>} [attributes]
 * @param {string} [text]
 * @returns {any}
 */
export function html(tag, parent, attributes = {}, text) {
  const made = parent.appendChild(document.createElement(tag));
  finished(made, attributes, text);
  if (tag === "input" || tag === "button") made.dataset.lmSuppressShortcuts = "true";
  return made;
}

/**
 * @param {string} tag
 * @param {Element} parent
 * @param {Object<string, any>} [attributes]
 * @param {string} [text]
 * @returns {any}
 */
export function svg(tag, parent, attributes = {}, text) {
  return finished(parent.appendChild(document.createElementNS(SVG, tag)), attributes, text);
}

/** Milliseconds without a change, after which all is said and sent. */
export const REST = 300;

/** Milliseconds that a frame stays, at least: more than none where the reader wants little motion. */
export const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 700 : 0);

/** A name that nothing else in the page has; each widget runs a copy of this script. @param {string} stem */
export const named = (stem) => `lecture11-${stem}-${Math.random().toString(36).slice(2)}`;

/** A colour of the palette, an ink, or "#rrggbb", as CSS. @param {number | string} colour */
export const ownColour = (colour) =>
  typeof colour === "number"
    ? `var(--colour-${colour})`
    : colour.startsWith("#")
      ? colour
      : `var(--${colour})`;
