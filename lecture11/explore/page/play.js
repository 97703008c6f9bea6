// Buttons: a move each, play and pause, the states to start from.

import { calm, html } from "./dom.js";
import { isTrue } from "./numbers.js";

const BUDGET = 12; // milliseconds of a frame that moves may take

/** @param {any} lab */
export function makeBar(lab) {
  const { spec } = lab;
  const root = html("div", lab.root, { class: "bar" });
  const button = (/** @type {string} */ text, /** @type {() => void} */ act) => {
    const made = html("button", root, { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };
  for (const name of spec.moves) button(name, () => lab.make(name));
  const player = spec.play && button("Play", () => (lab.playing ? stop() : start()));
  player?.classList.add("play");
  const begin = (/** @type {any} */ state) => {
    stop();
    lab.load(state);
  };
  for (const name in lab.starts) button(name, () => begin(lab.starts[name]));

  const over = () => spec.until && isTrue(lab.engine.values[spec.until]);
  let last = 0;
  let owed = 0; // moves that are due, in part
  let shown = -Infinity; // when the last frame was drawn

  function start() {
    if (over()) return;
    lab.playing = true;
    last = performance.now();
    owed = 1;
    requestAnimationFrame(tick);
  }

  function stop() {
    if (!lab.playing) return;
    lab.playing = false;
    lab.schedule();
  }

  function tick(/** @type {number} */ now) {
    if (!lab.playing) return;
    owed = Math.min(owed + ((now - last) * spec.pace) / 1000, spec.pace / 15 + 1);
    last = now;
    step(now);
    if (lab.playing) requestAnimationFrame(tick);
  }

  /** All moves that are due, as far as the frame allows; then the frame. */
  function step(/** @type {number} */ now) {
    if (owed < 1 || lab.busy) return;
    const began = performance.now();
    lab.guarded(() => {
      while (owed >= 1 && performance.now() - began < BUDGET) {
        lab.engine.move(spec.play);
        owed--;
      }
    });
    if (now - shown < calm()) return;
    shown = now;
    lab.frame();
    if (over()) stop();
  }

  return {
    refresh() {
      if (!player) return;
      const text = lab.playing ? "Pause" : "Play";
      if (player.textContent !== text) player.textContent = text;
    },
  };
}
