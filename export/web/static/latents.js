// Latent vectors: from seeds, and between two of them.

const SIZE = 624;
const MIDDLE = 397;
const NEARLY_PARALLEL = 1e-6;

/**
 * The latent of a seed, the same as the desktop's: the first numbers of numpy.random.RandomState(seed).randn, rounded to
 * float32. (An engine's Math.log may differ from another's in the last bit of a double, which that rounding hides.)
 *
 * @param {number} seed from 0 to 2^32 - 1.
 * @param {number} size number of components.
 * @returns {Float32Array}
 */
export function latentOfSeed(seed, size) {
  const random = new RandomState(seed);
  return Float32Array.from({ length: size }, () => random.nextNormal());
}

/**
 * A point on the way between two latents along the sphere, where the generator knows its way about.
 *
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} fraction 0 gives `from`, 1 gives `to`.
 * @returns {Float32Array}
 */
export function between(from, to, fraction) {
  const cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const sine = Math.sin(angle);
  const straight = sine < NEARLY_PARALLEL;
  const fromWeight = straight ? 1 - fraction : Math.sin((1 - fraction) * angle) / sine;
  const toWeight = straight ? fraction : Math.sin(fraction * angle) / sine;
  return from.map((component, i) => fromWeight * component + toWeight * to[i]);
}

const dot = (a, b) => a.reduce((sum, component, i) => sum + component * b[i], 0);

/** MT19937 and Marsaglia's polar method, a stream that NumPy has frozen for good. */
class RandomState {
  #state = new Int32Array(SIZE);
  #position = SIZE;
  #spare = null;

  constructor(seed) {
    this.#state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const previous = this.#state[i - 1];
      this.#state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next number drawn from N(0, 1). */
  nextNormal() {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    let x, y, squared;
    do {
      x = 2 * this.#nextUniform() - 1;
      y = 2 * this.#nextUniform() - 1;
      squared = x * x + y * y;
    } while (squared >= 1 || squared === 0);
    const factor = Math.sqrt((-2 * Math.log(squared)) / squared);
    this.#spare = factor * x;
    return factor * y;
  }

  /** The next number from [0, 1), with 53 random bits. */
  #nextUniform() {
    const high = this.#nextBits() >>> 5;
    const low = this.#nextBits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  #nextBits() {
    if (this.#position === SIZE) {
      this.#twist();
      this.#position = 0;
    }
    let bits = this.#state[this.#position++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return bits ^ (bits >>> 18);
  }

  #twist() {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const bits = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE] ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
  }
}
