// A laboratory in the page: it draws a scene, follows handles, runs moves, and says what there is.

import { makeBoxes, makeControl } from "./controls.js";
import { REST, html, named } from "./dom.js";
import { Engine } from "./engine.js";
import { Drag } from "./handles.js";
import { drawMark } from "./marks.js";
import { Panel } from "./panel.js";
import { makeBar } from "./play.js";
import { makeScene, themeOf } from "./scene.js";
import { makeDraw, makePick, makePlace } from "./strokes.js";
import { wordsOf } from "./numbers.js";

const WAITS = "(Some of this waits until you let go.)";

export class Laboratory {
  /**
   * @param {Element} root
   * @param {any} spec
   * @param {any} functions
   * @param {import("./arrays.js").Values} state
   * @param {Object<string, import("./arrays.js").Values>} starts
   * @param {(state: import("./arrays.js").Values) => void} [atRest] gets the state once it rests
   */
  constructor(root, spec, functions, state, starts, atRest) {
    const began = performance.now();
    this.spec = spec;
    this.starts = starts;
    this.atRest = atRest;
    this.engine = new Engine(spec, functions, state);
    this.busy = false; // the reader is in the midst of something
    this.playing = false;
    /** @type {Drag[]} */
    this.drags = [];
    /** @type {any} what says that something cannot be computed */
    this.alert = null;
    this.waiting = 0;
    this.frames = 0;
    this.timer = 0;
    /** @type {number[]} of each mark, how many of its parts are there */
    this.counts = [];
    const words = named("words");
    // No section: to reveal.js, every section is a slide.
    this.root = html("div", root, { class: "lecture11 lecture11-lab", role: "region", "aria-label": spec.title });
    this.root.laboratory = this;
    /** @type {Object<string, Panel>} */
    this.panels = {};
    this.scene = makeScene(this, words);
    this.words = html("p", this.root, { class: "words", id: words });
    this.bar = makeBar(this);
    const controls = html("div", this.root, { class: "settings" });
    this.refreshers = spec.controls.map((/** @type {any} */ each) => makeControl(each, this, controls));
    this.makeHandles(controls);
    this.live = html("div", this.root, { role: "status", class: "unseen" });
    this.theme = themeOf(this.root);
    this.scene.watch();
    this.frame();
    this.settle();
    performance.measure(`${spec.name} alive`, { start: began });
  }

  /** @param {Element} controls */
  makeHandles(controls) {
    for (const handle of this.spec.handles) {
      if (handle.kind === "drag") {
        const drag = new Drag(handle, this);
        this.drags.push(drag);
        this.refreshers.push(makeBoxes(drag, this, controls));
      } else if (handle.kind === "pick") makePick(handle, this);
      else if (handle.kind === "place") makePlace(handle, this, controls);
      else makeDraw(handle, this);
    }
  }

  /** The number that a control shows. @param {string} name of a field, or of a size */
  numberOf(name, part = 0) {
    const { state, sizes } = this.engine;
    return name in sizes ? sizes[name] : state[name].data[part];
  }

  /** @param {string} name @param {number} value */
  setNumber(name, value, busy = false, part = 0) {
    const { state, sizes } = this.engine;
    if (name in sizes) this.engine.resize(name, Math.round(value));
    else state[name].data[part] = value;
    this.changed(name, busy && !(name in sizes)); // arrays of the old size fit nothing
  }

  /** The reader has changed a field. @param {string} name @param {boolean} busy still at it */
  changed(name, busy = false) {
    this.busy = busy;
    this.guarded(() => this.engine.follow(name, busy));
    this.drags.forEach((drag) => drag.place()); // in this very frame, whatever the rest takes
    this.schedule();
  }

  released() {
    this.busy = false;
    this.schedule();
    this.rest(0);
  }

  /** Make a move. @param {string} name */
  make(name) {
    this.guarded(() => this.engine.move(name));
    this.schedule();
  }

  /** Take over a state. @param {import("./arrays.js").Values} state */
  load(state) {
    this.guarded(() => this.engine.load(state));
    this.schedule();
  }

  /** Draw before the next frame is shown. */
  schedule() {
    if (!this.waiting) {
      this.waiting = requestAnimationFrame(() => {
        this.waiting = 0;
        this.frame();
      });
    }
    if (!this.playing && !this.busy) this.rest(REST);
  }

  /** See, draw, and say. */
  frame() {
    this.guarded(() => {
      this.engine.look(this.busy);
      this.draw();
      this.frames++;
      for (const refresh of this.refreshers) refresh();
      this.bar.refresh();
      const said = wordsOf(this.spec.words, this.engine.values, this.spec.lists);
      const words = this.engine.due.size ? `${said} ${WAITS}` : said;
      if (this.words.textContent !== words) this.words.textContent = words;
    });
  }

  draw() {
    const { values } = this.engine;
    const { panels, marks } = this.spec.scene;
    for (const { name } of panels) this.panels[name].clear();
    for (let k = 0; k < marks.length; k++) {
      this.counts[k] = drawMark(marks[k], values, this.panels[marks[k].on], this.theme, this.spec.lists);
    }
    for (const { name } of panels) this.panels[name].finish();
    for (const drag of this.drags) drag.place();
  }

  /** @param {number} milliseconds */
  rest(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(true), milliseconds);
  }

  /** All is at rest: what is slow is computed, what changed is said aloud and sent. */
  settle(changed = false) {
    if (this.busy || this.playing) return;
    if (this.engine.due.size) this.frame();
    this.drags.forEach((drag) => drag.describe());
    if (!changed) return;
    if (this.live.textContent !== this.words.textContent) {
      this.live.textContent = this.words.textContent;
    }
    this.atRest?.(this.engine.state);
  }

  /** Do something, and where it fails, say so in the page. @param {() => void} act */
  guarded(act) {
    try {
      act();
      this.alert?.remove();
      this.alert = null;
    } catch (error) {
      this.playing = false;
      this.alert ??= html("p", this.root, { role: "alert" });
      this.alert.textContent = `This cannot be computed: ${error}`;
      throw error;
    }
  }

  destroy() {
    this.playing = false;
    clearTimeout(this.timer);
    cancelAnimationFrame(this.waiting);
    this.scene.unwatch();
    this.root.remove();
  }
}
