// Laboratories in an exported page: each takes the place of its still when it comes near.

import { unpacked } from "./arrays.js";
import { Laboratory } from "./laboratory.js";
import { bytesOf, functionsOf } from "./widget.js";

const NEAR = "600px"; // of what can be seen

/** @param {Element} figure @param {any} declared spec, program, starts, factory */
function bring(figure, { spec, program, starts, factory }) {
  const begin = Object.fromEntries(
    Object.entries(starts).map(([name, text]) => [name, unpacked(bytesOf(text))]),
  );
  const still = [...figure.childNodes];
  new Laboratory(figure, spec, functionsOf(program, factory), Object.values(begin)[0], begin);
  still.forEach((node) => node.remove());
}

/** @param {Object<string, any>} declared by name */
export function bringToLife(declared) {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        bring(target, declared[target.getAttribute("data-laboratory") ?? ""]);
      }
    },
    { rootMargin: NEAR },
  );
  document.querySelectorAll("figure[data-laboratory]").forEach((figure) => near.observe(figure));
}
