// The laboratory as a notebook's widget, for anywidget.

import { packed, unpacked } from "./arrays.js";
import { Laboratory } from "./laboratory.js";
import { decode } from "./shared.js";

/**
 * The functions of a program. @param {any} program @param {any} factory
 */
export const functionsOf = (program, factory) => factory(program.constants.map((/** @type {any} */ each) => decode(each).data));

/** @param {{model: any, el: Element}} given */
function render({ model, el }) {
  const { spec, program, starts } = JSON.parse(model.get("_declared"));
  const factory = new Function(`return ${program.source}`)();
  const begin = Object.fromEntries(
    Object.entries(starts).map(([name, text]) => [name, unpacked(bytesOf(text))]),
  );
  const told = spec.fields.filter((/** @type {any} */ field) => !field.noise);
  const names = told.map((/** @type {any} */ field) => field.name);
  let sent = model.get("_state");
  const atRest = (/** @type {any} */ state) => {
    sent = new DataView(packed(state, names).buffer);
    model.set("_state", sent);
    model.save_changes();
  };
  const lab = new Laboratory(el, spec, functionsOf(program, factory), unpacked(sent), begin, atRest);
  const follow = () => {
    if (model.get("_state") !== sent) lab.load(unpacked(model.get("_state")));
  };
  model.on("change:_state", follow);
  return () => {
    model.off("change:_state", follow);
    lab.destroy();
  };
}

/** @param {string} base64 */
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

export default { render };
