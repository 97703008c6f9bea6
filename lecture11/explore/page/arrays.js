// Arrays with a shape: to and from the bytes that a state travels as.

/** @typedef {{data: Float64Array | Int32Array | Uint8Array, shape: number[]}} Computed */
/** @typedef {Object<string, Computed>} Values */

/** @type {Object<string, any>} */
const TYPES = { float64: Float64Array, int32: Int32Array, uint32: Uint32Array, bool: Uint8Array };

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** @param {Computed["data"]} data */
function nameOf(data) {
  if (data instanceof Float64Array) return "float64";
  return data instanceof Int32Array ? "int32" : "bool";
}

/** @param {number} length */
const padded = (length) => Math.ceil(length / 8) * 8;

/**
 * A state as bytes: the header's length, the header (JSON: name, type, shape), the numbers; each
 * begins at a multiple of 8. JSON alone has no NaN.
 * @param {Values} state
 * @param {string[]} [names] of the fields to send; all where left out
 */
export function packed(state, names = Object.keys(state)) {
  const header = names.map((name) => [name, nameOf(state[name].data), state[name].shape]);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const sizes = names.map((name) => padded(state[name].data.byteLength));
  const start = padded(4 + text.length);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, start));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let place = start;
  names.forEach((name, i) => {
    const { buffer, byteOffset, byteLength } = state[name].data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), place);
    place += sizes[i];
  });
  return bytes;
}

/** @param {DataView | Uint8Array} sent @returns {Values} */
export function unpacked(sent) {
  const bytes = new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength).slice();
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  /** @type {Values} */
  const state = {};
  let place = padded(4 + length);
  for (const [name, dtype, shape] of header) {
    state[name] = { data: new TYPES[dtype](bytes.buffer, place, sizeOf(shape)), shape };
    place += padded(state[name].data.byteLength);
  }
  return state;
}

/** The states to start from, by the text of their buttons. @param {Object<string, string>} encoded in base64 */
export function startsOf(encoded) {
  const bytesOf = (/** @type {string} */ text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return Object.fromEntries(Object.entries(encoded).map(([name, text]) => [name, unpacked(bytesOf(text))]));
}
