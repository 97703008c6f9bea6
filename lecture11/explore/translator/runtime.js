/**
 * A whole number that a double holds exactly; a larger one, which JAX's 64 bits might hold, throws.
 * @param {number} x
 */
function whole(x) {
  if (!(x >= -9007199254740992 && x <= 9007199254740992)) {
    throw new RangeError(`a whole number of ${x}: beyond what the page can count`);
  }
  return x;
}

/**
 * Whole numbers go out in 32 bits, or throw.
 * @param {Int32Array} out
 * @param {ArrayLike<number>} numbers
 */
function hand_out_whole(out, numbers) {
  for (let i = 0; i < out.length; i++) {
    out[i] = numbers[i];
    if (out[i] !== numbers[i]) {
      throw new RangeError(`a whole number of ${numbers[i]}: more than 32 bits`);
    }
  }
}

/** a / b towards 0; −1 where b is 0, as XLA has it. */
function int_div(a, b) {
  return b === 0 ? -1 : (a / b) | 0;
}

/** a / b downwards; all bits set where b is 0. */
function uint_div(a, b) {
  return b === 0 ? 4294967295 : Math.floor(a / b);
}

/** a / b towards 0. Where |a| is below 2⁵³ the rounded quotient never reaches the next number. */
function long_div(a, b) {
  return b === 0 ? -1 : Math.trunc(a / b);
}

/** What a / b leaves, of a's sign; a where b is 0. */
function int_rem(a, b) {
  return b === 0 ? a : (a % b) + 0;
}

/** Bits moved to the left; beyond 31 places none is left. */
function shift_left(x, places) {
  return places >>> 0 > 31 ? 0 : x << places;
}

/** Bits moved to the right, the sign kept. */
function shift_right(x, places) {
  return x >> (places >>> 0 > 31 ? 31 : places);
}

/** Bits moved to the right, zeros moved in. */
function shift_in_zeros(x, places) {
  return places >>> 0 > 31 ? 0 : x >>> places;
}

/** How many bits are 1. */
function bits_set(x) {
  let count = 0;
  for (let left = x; left !== 0; left &= left - 1) count++;
  return count;
}

/** Towards 0, at most as far as int32 goes; NaN is 0. */
function to_int(x) {
  return x >= 2147483647 ? 2147483647 : x <= -2147483648 ? -2147483648 : x | 0;
}

/** Towards 0, from 0 to as far as uint32 goes; NaN is 0. */
function to_uint(x) {
  return x >= 4294967295 ? 4294967295 : x > 0 ? Math.floor(x) : 0;
}

/** Towards 0; NaN is 0. */
function to_long(x) {
  return x !== x ? 0 : whole(Math.trunc(x) + 0);
}

/** To the nearest whole number, halves to the even one. */
function round_to_even(x) {
  if (!(Math.abs(x) < 4503599627370496)) return x;
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** To the nearest whole number, halves away from 0. */
function round_away(x) {
  const whole_part = Math.trunc(x);
  return Math.abs(x - whole_part) >= 0.5 ? whole_part + Math.sign(x) : whole_part;
}

/** x to the power y; unlike Math.pow, 1 to any power is 1, and so is −1 to ±∞. */
function power(x, y) {
  return x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : Math.pow(x, y);
}

/** Negative where a comes before b: −0 before 0, and NaN last. */
function total_order(a, b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return a !== 0 ? 0 : (1 / b < 0 ? 1 : 0) - (1 / a < 0 ? 1 : 0);
  return (a !== a ? 1 : 0) - (b !== b ? 1 : 0);
}

/** log(eᵃ + eᵇ). */
function log_add_exp(a, b) {
  const larger = Math.max(a, b);
  if (larger === Infinity || larger === -Infinity || larger !== larger) return larger;
  return larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** A double, and the two 32-bit words that it is made of. */
const bits_of = { number: new Float64Array(1), words: null };

/** x to so many binary digits after the first, halves to the even one, by the bits of a double. */
function round_digits(x, digits) {
  if (!Number.isFinite(x)) return x;
  const words = bits_of.words ?? (bits_of.words = new Uint32Array(bits_of.number.buffer));
  bits_of.number[0] = x;
  const exponent = Math.max((words[1] >>> 20) & 2047, 1);
  const last = 2 ** (exponent - 1023 - digits);
  // Without digits the exponent's last bit says what is even, not the leading 1.
  if (digits === 0 && Math.abs(x) === 1.5 * last && exponent % 2 === 0) return Math.sign(x) * last;
  return round_to_even(x / last) * last;
}

/** The next double from x towards y. */
function nextafter(x, y) {
  if (x !== x || y !== y) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? 5e-324 : -5e-324;
  const words = bits_of.words ?? (bits_of.words = new Uint32Array(bits_of.number.buffer));
  bits_of.number[0] = x;
  if (y > x === x > 0) {
    words[0] += 1;
    if (words[0] === 0) words[1] += 1;
  } else {
    if (words[0] === 0) words[1] -= 1;
    words[0] -= 1;
  }
  return bits_of.number[0];
}

/**
 * erf by its series, e^(−x²) (2x/√π) Σ (2x²)ⁿ / (2n+1)!!: no term is negative, so nothing cancels.
 * For |x| up to 1.
 */
function erf_series(x) {
  const square = 2 * x * x;
  let term = 1;
  let sum = 1;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= square / (2 * n + 1);
    sum += term;
  }
  return 1.1283791670955126 * x * sum * Math.exp(-x * x);
}

/**
 * erfc by its continued fraction, e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), from its
 * tail. For x from 1 on.
 */
function erfc_fraction(x) {
  let below = x;
  for (let n = Math.ceil(20 + 300 / (x * x)); n > 0; n--) below = x + n / 2 / below;
  // x² in two parts: what is rounded off it would be multiplied by e^(−x²) otherwise.
  const head = Math.fround(x);
  const rest = (x - head) * (x + head);
  return (Math.exp(-head * head) * Math.exp(-rest)) / (1.772453850905516 * below);
}

/** The error function. */
function erf(x) {
  const size = Math.abs(x);
  if (!(size > 1)) return erf_series(x);
  return Math.sign(x) * (size > 6 ? 1 : 1 - erfc_fraction(size));
}

/** 1 − erf(x), also where that is tiny. */
function erfc(x) {
  if (x > 28) return 0;
  if (x > 1) return erfc_fraction(x);
  return 1 - erf(x);
}

/**
 * The inverse of erf: a first guess (Winitzki 2008, a handy approximation), then Halley's steps on
 * erf, or in the tails on erfc.
 */
function erf_inv(y) {
  const rest = 1 - Math.abs(y);
  if (!(rest > 0)) return rest === 0 ? y * Infinity : NaN;
  if (y === 0) return y;
  const size = Math.abs(y);
  const log = Math.log(rest * (1 + size));
  const half = 4.330746750799873 + log / 2;
  let x = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let turn = 0; turn < 4; turn++) {
    const error = x > 1 ? rest - erfc(x) : erf(x) - size;
    const step = error / (1.1283791670955126 * Math.exp(-x * x));
    x -= step / (1 + x * step);
    if (Math.abs(step) < 1e-6 * x) break; // a step later the error is of the order of its cube
  }
  return Math.sign(y) * x;
}

/** log |Γ(x)|, by Lanczos' sum with g = 7 (Godfrey's nine coefficients). */
function lgamma(x) {
  if (x === Infinity || x === -Infinity) return Infinity;
  if (x <= 0 && x === Math.floor(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x % 2)))) - lgamma(1 - x);
  const z = x - 1;
  let sum = 0.99999999999980993;
  sum += 676.5203681218851 / (z + 1) - 1259.1392167224028 / (z + 2);
  sum += 771.32342877765313 / (z + 3) - 176.61502916214059 / (z + 4);
  sum += 12.507343278686905 / (z + 5) - 0.13857109526572012 / (z + 6);
  sum += 9.9843695780195716e-6 / (z + 7) + 1.5056327351493116e-7 / (z + 8);
  const t = z + 7.5;
  return (Math.log(t) - 1) * (z + 0.5) + (0.91893853320467274178 - 7 + Math.log(sum));
}

/** The slope of lgamma: moved up by its recurrence, then by Stirling's series. */
function digamma(x) {
  if (x <= 0 && x === Math.floor(x)) return NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  if (x === Infinity) return x;
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += 1 / y;
  const s = 1 / (y * y);
  const tail = s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (691 / 32760 - s / 12))));
  return Math.log(y) - 0.5 / y - s * (1 / 12 - s * (1 / 120 - tail)) - shift;
}

/**
 * The order of n rows by several keys, the first deciding: stable, by merging runs of twice the
 * length at a time. NaN is larger than all.
 * @param {ArrayLike<number>[]} keys
 * @param {Int32Array} order comes to hold the rows' numbers
 * @param {Int32Array} spare of the same length
 */
function sort_order(keys, order, spare, n, largest_first) {
  let from = order;
  let to = spare;
  for (let i = 0; i < n; i++) from[i] = i;
  for (let width = 1; width < n; width *= 2) {
    for (let low = 0; low < n; low += 2 * width) {
      const middle = Math.min(low + width, n);
      const high = Math.min(low + 2 * width, n);
      let a = low;
      let b = middle;
      for (let k = low; k < high; k++) {
        const second = a >= middle || (b < high && comes_first(keys, from[b], from[a], largest_first));
        to[k] = second ? from[b++] : from[a++];
      }
    }
    [from, to] = [to, from];
  }
  if (from !== order) order.set(from);
}

/** Whether row i comes before row j. The largest first is JAX's top_k, which tells 0 from −0. */
function comes_first(keys, i, j, largest_first) {
  for (let k = 0; k < keys.length; k++) {
    const a = keys[k][largest_first ? j : i];
    const b = keys[k][largest_first ? i : j];
    if (a < b || (b !== b && a === a)) return true;
    if (b < a || (a !== a && b === b)) return false;
    if (largest_first && a === 0 && b === 0 && 1 / a !== 1 / b) return 1 / a < 0;
  }
  return false;
}

/**
 * L with L Lᵀ = A for one n × n matrix that starts at a place in a stack; NaN throughout where A is
 * not positive definite. Only its lower triangle is read.
 */
function cholesky(A, L, start, n) {
  let sound = true;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[start + i * n + j];
      for (let k = 0; k < j; k++) sum -= L[start + i * n + k] * L[start + j * n + k];
      if (i === j) sound = sound && sum > 0;
      L[start + i * n + j] = i === j ? Math.sqrt(sum) : sum / L[start + j * n + j];
    }
    for (let j = i + 1; j < n; j++) L[start + i * n + j] = 0;
  }
  if (!sound) L.fill(NaN, start, start + n * n);
}

/**
 * X with op(A) X = B, or X op(A) = B where A stands on the right; A is n × n and triangular, B and X
 * rows × columns, and op transposes or not. Both matrices start at a place in a stack.
 */
function triangular_solve(
  A, B, X, start_a, start_b, n, rows, columns, on_left, is_lower, transposed, unit,
) {
  const lines = on_left ? columns : rows;
  const along = on_left ? columns : 1; // from one unknown to the next
  const across = on_left ? 1 : columns; // from one line to the next
  // On the right, X op(A) = B says op(A)ᵀ Xᵀ = Bᵀ.
  const flipped = on_left ? transposed : !transposed;
  const forwards = is_lower !== flipped;
  for (let line = 0; line < lines; line++) {
    const first = start_b + line * across;
    for (let step = 0; step < n; step++) {
      const i = forwards ? step : n - 1 - step;
      let sum = B[first + i * along];
      for (let s = 0; s < step; s++) {
        const k = forwards ? s : n - 1 - s;
        sum -= A[start_a + (flipped ? k * n + i : i * n + k)] * X[first + k * along];
      }
      X[first + i * along] = unit ? sum : sum / A[start_a + i * n + i];
    }
  }
}

/** How far Threefry turns its second word: four rounds, then four others. */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/** Two words scrambled by Threefry's 20 rounds: see noise.py. */
function threefry(key, words) {
  const third = key[0] ^ key[1] ^ 0x1bd11bda;
  const parts = [key[0], key[1], third];
  let a = (words[0] + key[0]) | 0;
  let b = (words[1] + key[1]) | 0;
  for (let block = 0; block < 5; block++) {
    for (let k = 0; k < 4; k++) {
      const turn = ROTATIONS[4 * (block % 2) + k];
      a = (a + b) | 0;
      b = ((b << turn) | (b >>> (32 - turn))) ^ a;
    }
    a = (a + parts[(block + 1) % 3]) | 0;
    b = (b + parts[(block + 2) % 3] + block + 1) | 0;
  }
  words[0] = a >>> 0;
  words[1] = b >>> 0;
}

/**
 * Fill an array with independent numbers, "uniform" in (0, 1) or "normal": the same as noise.py's.
 * @param {Float64Array} out
 */
function draw(kind, out, seed, counter) {
  const key = [seed, counter];
  const words = [0, 0];
  for (let k = 0; k < out.length; k++) {
    words[0] = 0;
    words[1] = k;
    threefry(key, words);
    const whole_part = (words[0] >>> 5) * 67108864 + (words[1] >>> 6);
    out[k] =
      kind === "uniform"
        ? (whole_part + 0.5) / 9007199254740992
        : Math.SQRT2 * erf_inv((2 * (whole_part - 4503599627370496) + 1) / 9007199254740992);
  }
  return out;
}

/**
 * An array from its text, {type, shape, base64}, as program.py's encode writes it.
 * @returns {{data: Float64Array | Int32Array | Uint32Array | Uint8Array, shape: number[]}}
 */
function decode(encoded) {
  const text = atob(encoded.base64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  const buffer = bytes.buffer;
  const kinds = { int32: Int32Array, uint32: Uint32Array, bool: Uint8Array };
  let data;
  if (encoded.type === "float64") data = new Float64Array(buffer);
  else if (encoded.type === "float32") data = Float64Array.from(new Float32Array(buffer));
  else if (encoded.type === "float16") data = Float64Array.from(new Uint16Array(buffer), half);
  else if (encoded.type in kinds) data = new kinds[encoded.type](buffer);
  else throw new TypeError(`no array of type ${encoded.type}`);
  return { data, shape: encoded.shape };
}

/** A number from its 16 bits: sign, five for the exponent, ten for the fraction. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
