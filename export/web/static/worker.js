// The generator, off the page's thread: answers {id, task, face} by {id, result} or {id, problem}.

importScripts("site.js", "files.js");

const trusting = self.name === "trusting";
const painter = open();
painter.catch(() => null); // whoever draws first says so
let last = painter;

onmessage = async ({ data: { id, task, face } }) => {
  try {
    const file = await (await painter).load(face.resolution); // while others draw
    last = last.catch(() => null).then(async () => TASKS[task](await painter, face, file));
    postMessage({ id, result: await last });
  } catch (error) {
    postMessage({ id, problem: error.message });
  }
};

const TASKS = {
  async draw(painter, face, file) {
    const { pixels, side, channels, milliseconds } = await painter.draw(face, file);
    return { png: await encode(pixels, side, channels), milliseconds };
  },
  check: (painter, { resolution }, file) => painter.check(resolution, file),
};

async function open() {
  const runtime = startRuntime();
  runtime.catch(() => null); // as above
  const [{ Painter }, { models, faces }] = await Promise.all([loadModule("./painter.js"), readManifest()]);
  return new Painter(runtime, load, models, faces, trusting);
}

function loadModule(path) {
  const [name] = path.split("/").at(-1).split("?");
  return loaded(name, import(path));
}

async function readManifest() {
  const manifest = await fetch("manifest.json")
    .then((response) => response.json())
    .catch(() => {
      throw new Error("manifest.json cannot be read. Is there a network? Then load this page again.");
    });
  const sizes = manifest.models.map((model) => model.latent_size);
  for (const { name, latent } of manifest.faces) {
    if (!sizes.every((size) => size === latent?.length) || !latent.every(Number.isFinite) || !latent.some(Boolean)) {
      throw new Error(`The face ${name} in manifest.json is damaged. Load this page again.`);
    }
  }
  return manifest;
}

async function startRuntime() {
  const [wasmBinary, runtime] = await Promise.all([load(SITE.wasm), loadModule("./runtime/litert.js")]);
  self.Module = { wasmBinary, printErr() {} }; // its notes are of no use to anyone here
  Object.defineProperty(navigator, "gpu", { value: undefined }); // or it would wake a GPU that nothing uses
  try {
    await runtime.loadLiteRt(new URL(`${SITE.glue}?${SITE.version}.js`, location).href); // what ends otherwise is a folder to it
  } catch (cause) {
    throw new Error("LiteRT does not start in this browser. Close other apps and load this page again.", { cause });
  }
  return runtime;
}

function encode(pixels, side, channels) {
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * i + channel] = pixels[i * channels + Math.min(channel, channels - 1)];
    }
    image.data[4 * i + 3] = 255;
  }
  const canvas = new OffscreenCanvas(side, side);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.convertToBlob();
}
