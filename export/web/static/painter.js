// Draws faces with the models that manifest.json describes, wherever their files come from.

import { between, latentOfSeed } from "./latents.js";

const LATENT_TOLERANCE = 1e-6;
const ROUNDED = 0.005; // the goldens' means have 2 decimals

/** One thread's generator. It keeps the model of the last resolution open. */
export class Painter {
  #runtime;
  #load;
  #models;
  #faces;
  #tested;
  #open = null;

  /**
   * @param {Promise<object>} runtime the module @litertjs/core, loaded.
   * @param {function(string): Promise<Uint8Array>} load gives a model's file, intact.
   * @param {object[]} models of the manifest, one of each resolution.
   * @param {object[]} faces of the manifest.
   * @param {boolean} trusting whether all have passed the self-test before.
   */
  constructor(runtime, load, models, faces, trusting = false) {
    this.#runtime = runtime;
    this.#load = load;
    this.#models = models;
    this.#faces = faces;
    this.#tested = new Set(trusting ? models : []);
  }

  /** A promise of the file of a resolution's model, unless that is open. */
  async load(resolution) {
    const model = this.#of(resolution);
    return this.#open?.model === model ? null : this.#load(model.file);
  }

  /**
   * Draws a face.
   *
   * @param {object} face resolution; seed, or face: the number of one of the manifest's; towards: seed at the other end
   *   of the way; way: how much of it is gone, from 0 to 1; label: number of the class; variety: from 0, the average
   *   face, to 1.
   * @param {?Uint8Array} file what `load` gave; without it a model that is not open is loaded now.
   * @returns {Promise<object>} pixels: a Uint8Array, (row, column, channel); side; channels; milliseconds: the model's.
   * @throws {Error} whose message says which file is missing, damaged or wrong here, and what to do.
   */
  async draw({ resolution, seed, face, towards, way = 0, label = 0, variety = 1 }, file) {
    const model = this.#of(resolution);
    await this.#use(model, file);
    const ofSeed = (each) => latentOfSeed(each, model.latent_size);
    const start = face === undefined ? ofSeed(seed) : Float32Array.from(this.#faces[face].latent);
    const end = towards === undefined ? start : ofSeed(towards);
    const begun = performance.now();
    const pixels = await this.#run(model, between(start, end, way), label, variety);
    const milliseconds = performance.now() - begun;
    return { pixels, side: model.resolution, channels: model.output.shape[3], milliseconds };
  }

  /**
   * Draws a model's goldens, unless it has passed before.
   *
   * @param {number} resolution
   * @param {?Uint8Array} file likewise.
   * @throws {Error} if this browser draws other pictures than the desktop, or none.
   */
  async check(resolution, file) {
    await this.#use(this.#of(resolution), file);
  }

  #of(resolution) {
    return this.#models.find((each) => each.resolution === resolution);
  }

  async #use(model, file) {
    if (this.#open?.model !== model) {
      this.#open?.compiled.delete();
      this.#open = null;
      const [content, runtime] = await Promise.all([file ?? this.#load(model.file), this.#runtime]);
      try {
        const compiled = await runtime.loadAndCompile(content, { accelerator: "wasm" });
        this.#open = { model, runtime, compiled };
      } catch (error) {
        throw doesNotRun(model, error);
      }
    }
    if (!this.#tested.has(model)) {
      await this.#test(model);
      this.#tested.add(model);
    }
  }

  async #test(model) {
    for (const golden of [...model.goldens, ...(model.truncation?.goldens ?? [])]) {
      const latent = latentOfSeed(golden.seed, model.latent_size);
      const same = golden.latent.every((component, i) => Math.abs(component - latent[i]) <= LATENT_TOLERANCE);
      const pixels = await this.#run(model, Float32Array.from(golden.latent), golden.label, golden.truncation);
      if (!same || !(difference(pixels, golden, model) <= model.tolerance + ROUNDED)) {
        throw new Error(`${model.file} gives wrong pictures in this browser, so it is left out.`);
      }
    }
  }

  async #run(model, latent, label, variety) {
    const { runtime, compiled } = this.#open;
    const given = { latent };
    if (model.labels.length) given.label = Float32Array.from(model.labels, (_, index) => Number(index === label));
    const truncated = variety < 1 && model.truncation;
    if (truncated) given[model.truncation.input.name] = Float32Array.of(variety);
    const tensors = [];
    try {
      const inputs = Object.fromEntries(
        Object.entries(given).map(([name, values]) => {
          tensors.push(new runtime.Tensor(values, [1, values.length]));
          return [name, tensors.at(-1)];
        }),
      );
      const outputs = await compiled.run(truncated ? model.truncation.signature : model.signature, inputs);
      tensors.push(...Object.values(outputs));
      return Uint8Array.from(await outputs[model.output.name].data());
    } catch (error) {
      throw doesNotRun(model, error);
    } finally {
      for (const tensor of tensors) tensor.delete();
    }
  }
}

function doesNotRun(model, cause) {
  const advice = "It may need more memory: close other apps, or choose a smaller resolution.";
  return new Error(`${model.file} does not run in this browser. ${advice}`, { cause });
}

/** Largest difference of a block's mean pixel from the golden's, in grey levels. */
function difference(pixels, golden, model) {
  const [, side, , channels] = model.output.shape;
  if (pixels.length !== side * side * channels) return Infinity;
  const block = side / golden.thumbnail_side;
  const sums = new Float64Array(golden.thumbnail.length);
  pixels.forEach((pixel, place) => {
    const channel = place % channels;
    const row = Math.floor(place / channels / side / block);
    const column = Math.floor((Math.floor(place / channels) % side) / block);
    sums[(row * golden.thumbnail_side + column) * channels + channel] += pixel;
  });
  return sums.reduce((most, sum, i) => Math.max(most, Math.abs(sum / (block * block) - golden.thumbnail[i])), 0);
}
