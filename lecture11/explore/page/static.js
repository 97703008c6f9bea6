// An exported page: each laboratory takes the place of its still when it comes near; the rest lives at once.

import { startsOf } from "./arrays.js";
import { functionsOf } from "./engine.js";
import { Laboratory } from "./laboratory.js";
import { bringAll } from "./living.js";

const NEAR = "600px"; // of what can be seen

/** @param {Element} figure @param {any} declared spec, program, starts, factory */
function bring(figure, { spec, program, starts, factory }) {
  const begin = startsOf(starts);
  const still = [...figure.childNodes];
  new Laboratory(figure, spec, functionsOf(program, factory), Object.values(begin)[0], begin);
  still.forEach((node) => node.remove());
}

/** @param {Object<string, any>} declared by name */
export function bringToLife(declared) {
  bringAll(document);
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
