// The laboratory as a notebook's widget, for anywidget.

import { packed, startsOf, unpacked } from "./arrays.js";
import { functionsOf } from "./engine.js";
import { Laboratory } from "./laboratory.js";

/** @param {{model: any, el: Element}} given */
function render({ model, el }) {
  const { spec, program, starts } = JSON.parse(model.get("_declared"));
  const factory = new Function(`return ${program.source}`)();
  const told = spec.fields.filter((/** @type {any} */ field) => !field.noise);
  const names = told.map((/** @type {any} */ field) => field.name);
  let sent = model.get("_state");
  const atRest = (/** @type {any} */ state) => {
    sent = new DataView(packed(state, names).buffer);
    model.set("_state", sent);
    model.save_changes();
  };
  const lab = new Laboratory(el, spec, functionsOf(program, factory), unpacked(sent), startsOf(starts), atRest);
  const follow = () => {
    if (model.get("_state") !== sent) lab.load(unpacked(model.get("_state")));
  };
  model.on("change:_state", follow);
  return () => {
    model.off("change:_state", follow);
    lab.destroy();
  };
}

export default { render };
