// Laboratories in an exported page: each takes the place of its still.

import { unpacked } from "./arrays.js";
import { Laboratory } from "./laboratory.js";
import { bytesOf, functionsOf } from "./widget.js";

/** @param {Object<string, any>} declared by name: spec, program, starts, factory */
export function bringToLife(declared) {
  for (const figure of document.querySelectorAll("figure[data-laboratory]")) {
    const { spec, program, starts, factory } = declared[figure.getAttribute("data-laboratory") ?? ""];
    const begin = Object.fromEntries(
      Object.entries(starts).map(([name, text]) => [name, unpacked(bytesOf(text))]),
    );
    const still = [...figure.childNodes];
    new Laboratory(figure, spec, functionsOf(program, factory), Object.values(begin)[0], begin);
    still.forEach((node) => node.remove());
  }
  performance.mark("alive");
}
