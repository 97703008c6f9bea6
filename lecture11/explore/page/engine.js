// The numbers of a laboratory: its state, what is prepared from it, what is seen of it; moves.

import { sizeOf, startsOf } from "./arrays.js";
import { decode, draw } from "./shared.js"; // the translator's subroutines, see __init__.py

/** @typedef {import("./arrays.js").Computed} Computed */
/** @typedef {import("./arrays.js").Values} Values */

export class Engine {
  /**
   * @param {any} spec
   * @param {Object<string, (inputs: Computed[]) => Computed[]>} functions
   * @param {Values} start
   */
  constructor(spec, functions, start) {
    this.spec = spec;
    this.functions = functions;
    this.fields = spec.fields.map((/** @type {any} */ field) => field.name);
    /** @type {Values} by name: what is seen, or else what is prepared, or else the state */
    this.values = {};
    /** @type {Values} the state and what is prepared: what functions take */
    this.inputs = {};
    /** @type {Values} */
    this.state = {};
    /** @type {Object<string, number>} */
    this.sizes = {};
    /** @type {Set<string>} what must be prepared again */
    this.due = new Set();
    /** @type {Computed[]} */
    this.given = [];
    /** @type {Values} what is slow to prepare, at the start, and what it is made of */
    this.known = spec.known ? startsOf({ known: spec.known }).known : {};
    this.load(start);
  }

  /** Take over another state; its noise is drawn here. @param {Values} state */
  load(state) {
    for (const { name, shape, noise } of this.spec.fields) {
      if (noise) continue;
      const { data, shape: now } = state[name];
      this.state[name] = this.inputs[name] = { data: data.slice(), shape: [...now] };
      this.values[name] = this.state[name];
      shape.forEach((/** @type {any} */ size, /** @type {number} */ axis) => {
        if (typeof size === "string") this.sizes[size] = now[axis];
      });
    }
    for (const { name, shape, noise } of this.spec.fields) {
      if (!noise) continue;
      const now = shape.map((/** @type {any} */ each) => this.sizes[each] ?? each);
      this.state[name] = this.inputs[name] = { data: new Float64Array(sizeOf(now)), shape: now };
      this.values[name] = this.state[name];
    }
    if (this.state.seed) this.draw();
    for (const { name } of this.spec.prepare) this.due.add(name);
    this.given.length = 0;
    this.look();
  }

  /** Say that a field has changed. @param {string} name */
  touch(name) {
    for (const made of this.spec.prepare) {
      if (made.fields.includes(name) && !this.due.has(made.name)) {
        this.due.add(made.name);
        made.makes.forEach((/** @type {string} */ leaf) => this.touch(leaf));
      }
    }
  }

  /** Prepare what is due; what is slow only where the reader is not in the midst of something. */
  prepare(busy = false) {
    for (const [place, { name, fields, makes, slow }] of this.spec.prepare.entries()) {
      if (!this.due.has(name) || (busy && slow)) continue;
      const made = this.#isKnown(fields, makes)
        ? makes.map((/** @type {string} */ leaf) => this.known[leaf])
        : this.functions[`prepare_${place}`](fields.map((/** @type {string} */ field) => this.inputs[field]));
      makes.forEach((/** @type {string} */ leaf, /** @type {number} */ k) => {
        this.values[leaf] = this.inputs[leaf] = made[k];
      });
      this.due.delete(name);
      this.given.length = 0;
    }
    if (!this.given.length) {
      for (const name of this.spec.given) this.given.push(this.inputs[name]);
    }
  }

  /** Whether the kernel has sent what is made of such fields. @param {string[]} fields @param {string[]} makes */
  #isKnown(fields, makes) {
    if (!makes.every((leaf) => leaf in this.known)) return false;
    return fields.every((field) => {
      const [now, then] = [this.inputs[field].data, this.known[field].data];
      return now.length === then.length && now.every((value, i) => Object.is(value, then[i]));
    });
  }

  /** See what there is to see. */
  look(busy = false) {
    this.prepare(busy);
    const seen = this.functions.view(this.given);
    for (let k = 0; k < seen.length; k++) this.values[this.spec.seen[k]] = seen[k];
  }

  /** Make a move. @param {string} name */
  move(name, busy = false) {
    this.prepare(busy);
    const made = this.functions[`move_${this.spec.named.indexOf(name)}`](this.given);
    const seed = this.state.seed?.data[0];
    for (let k = 0; k < made.length; k++) this.#take(this.fields[k], made[k].data);
    if (this.state.seed && this.state.seed.data[0] !== seed) this.draw();
  }

  /** @param {string} name @param {Computed["data"]} now */
  #take(name, now) {
    const { data } = this.state[name];
    const watched = this.spec.prepare.some((/** @type {any} */ made) => made.fields.includes(name));
    let same = true;
    for (let i = 0; watched && same && i < data.length; i++) same = Object.is(data[i], now[i]);
    if (!same) this.touch(name);
    data.set(now);
  }

  /** What follows where the reader has changed a field or a size. @param {string} name */
  follow(name, busy = false) {
    this.touch(name);
    if (name === "seed") this.draw();
    if (name in this.spec.then) this.move(this.spec.then[name], busy);
  }

  /** Draw the noise of the present seed. */
  draw() {
    const seed = this.state.seed.data[0];
    this.spec.fields.forEach((/** @type {any} */ { name, noise }, /** @type {number} */ stream) => {
      if (!noise) return;
      draw(noise, this.state[name].data, seed, stream);
      this.touch(name);
    });
  }

  /**
   * Make all arrays of a size anew; what they held stays, as far as there is room.
   * @param {string} size
   * @param {number} count
   */
  resize(size, count) {
    if (count === this.sizes[size]) return;
    this.sizes[size] = count;
    for (const { name, shape } of this.spec.fields) {
      if (!shape.includes(size)) continue;
      const { data } = this.state[name];
      const now = shape.map((/** @type {any} */ each) => this.sizes[each] ?? each);
      const made = new /** @type {any} */ (data.constructor)(sizeOf(now));
      made.set(data.subarray(0, made.length)); // rows stay rows where the first axis has grown
      this.state[name].data = made;
      this.state[name].shape = now;
      this.touch(name);
    }
    if (this.state.seed) this.draw();
  }
}

/** The functions of a program. @param {any} program @param {any} factory */
export const functionsOf = (program, factory) =>
  factory(program.constants.map((/** @type {any} */ each) => decode(each).data));
