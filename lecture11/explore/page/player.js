// A player: pictures computed beforehand, played, stepped and drawn through.

import { numberBox } from "./box.js";
import { REST, calm, html } from "./dom.js";

/** Let a stored player's pictures be turned over. @param {HTMLElement} root */
export function showPlayer(root) {
  const pictures = [...root.querySelectorAll("figure")];
  const { label = "", milliseconds } = root.dataset;
  const last = pictures.length - 1;
  if (!last) return;
  const bar = html("div", root, { class: "bar" });
  const player = html("button", bar, { type: "button", class: "play" }, "Play");
  const back = html("button", bar, { type: "button" }, "Back to start");
  const group = html("div", bar, { class: "slider" });
  const showNumber = numberBox(group, label, { low: 0, high: last, step: 1 }, (k) => turn(Math.round(k)));
  const range = html("input", group, { type: "range", min: 0, max: last, step: 1, "aria-label": label });
  const live = html("div", root, { role: "status", class: "unseen" });
  html("div", root, { class: "frames" }).append(...pictures);
  let [now, playing, resting] = [0, 0, 0];

  /** @param {number} k */
  function show(k) {
    pictures[now].classList.remove("now");
    pictures[k].classList.add("now");
    now = k;
    showNumber(k);
    range.value = k;
    range.setAttribute("aria-valuetext", `${label} ${k}`);
    clearTimeout(resting);
    if (!playing) resting = setTimeout(say, REST);
  }

  /** To a picture, by the reader's hand. @param {number} k */
  function turn(k) {
    stop();
    show(k);
  }

  function say() {
    live.textContent = pictures[now].querySelector("img")?.alt ?? "";
  }

  function start() {
    player.textContent = "Pause";
    clearTimeout(resting);
    playing = setTimeout(next, wait());
    if (now === last) show(0);
  }

  const wait = () => Math.max(Number(milliseconds), calm());

  function next() {
    if (!root.isConnected) return stop();
    show(now + 1);
    if (now === last) stop();
    else playing = setTimeout(next, wait());
  }

  function stop() {
    clearTimeout(playing);
    if (playing) resting = setTimeout(say, REST);
    playing = 0;
    player.textContent = "Play";
  }

  for (const image of root.querySelectorAll("img")) image.decoding = "sync"; // no empty frame between two
  player.addEventListener("click", () => (playing ? stop() : start()));
  back.addEventListener("click", () => turn(0));
  range.addEventListener("input", () => turn(range.valueAsNumber));
  pictures[0].classList.add("now");
  show(0);
  clearTimeout(resting); // nothing has changed yet
}
