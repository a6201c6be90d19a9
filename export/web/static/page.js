// Faces that this page's own generator draws.

import { changeFace, fileName, find, showFaces } from "./faces.js";
import { Generator } from "./generator.js";

const SMALLEST_SAVED_SIDE = 512;
const UNASKED = 32e6; // bytes that a visit may fetch and keep without being asked
// A module of one instruction for 128 bits, i8x16.popcnt.
const SIMD = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

const own = (name) => `${new URL("./", location).pathname} ${name}`; // an origin may have several sites, but has one storage
const resolution = find("#resolution");
const variety = find("#variety"); // null if the models take no truncation
const large = find("#image");
const saving = [find("#save"), find("#share")];
const { version, large: files, bytes } = self.SITE; // of site.js

const trusting = recall("self-test") === version;
const generator = new Generator(trusting);

function recall(name) {
  try {
    return localStorage.getItem(own(name));
  } catch {
    return null; // the browser keeps nothing
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(own(name), value);
  } catch {
    // the browser keeps nothing
  }
}

function report(problem) {
  const line = document.createElement("li");
  line.textContent = problem;
  find("#problems").append(line);
}

function faceOf(parameters) {
  return Object.fromEntries([...parameters].map(([name, value]) => [name, Number(value)]));
}

async function drawPicture(parameters) {
  const { png, milliseconds } = await generator.draw(faceOf(parameters));
  return { address: URL.createObjectURL(png), milliseconds };
}

async function drawLarge(parameters) {
  const face = faceOf(parameters);
  try {
    const { address, milliseconds } = await drawPicture(parameters);
    for (const button of saving) button.disabled = false;
    large.classList.toggle("smooth", face.resolution >= 128);
    return { address, note: `${face.resolution}×${face.resolution}, ${milliseconds.toFixed(1)} ms` };
  } catch (error) {
    for (const button of saving) button.disabled = true;
    leaveOut(face.resolution, error.message);
    throw new Error("");
  }
}

/** Offers a resolution no more, and says why. */
function leaveOut(side, problem) {
  const option = find(`#resolution option[value="${side}"]`);
  if (!option) return;
  report(problem);
  const chosen = option.selected;
  option.remove();
  if (!chosen) return;
  resolution.selectedIndex = resolution.options.length - 1;
  if (resolution.options.length) changeFace();
  else disable();
}

/** For want of anything that could draw. */
function disable() {
  find("#controls").inert = find(".wall").inert = find("#generate").disabled = true;
  find("#figure").ariaBusy = "false";
  find("#status").textContent = "";
}

/** Tests and keeps the models that have not drawn yet, too, for when there is no network: whether all are kept. */
async function keep() {
  if (!trusting) await checkOthers();
  return keepForOffline();
}

/** Asks first: the paper's networks are too much for a phone's network. */
function offerToKeep() {
  const button = find("#keep");
  button.textContent = `Keep for use without a network (${Math.round(bytes / 1e6)} MB)`;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    find("#offline").textContent = "";
    button.hidden = await keep();
    button.disabled = false;
    if (!button.hidden) find("#offline").textContent = "It could not be kept. Is there a network, and room on this device?";
  });
}

async function checkOthers() {
  const sides = [...resolution.options].map((option) => Number(option.value));
  for (const side of sides) {
    await generator.check(side).catch((error) => leaveOut(side, error.message));
  }
  if (!find("#problems").children.length) remember("self-test", version);
}

async function keepForOffline() {
  try {
    const { active, installing } = await navigator.serviceWorker.register("service-worker.js", { updateViaCache: "none" });
    if (!active && installing) await installed(installing);
    await navigator.serviceWorker.ready;
    for (const [name, sha256] of Object.entries(files)) {
      if (!(await caches.match(`${name}?${sha256}`))) return false; // the storage is full
    }
  } catch {
    return false; // there are none here, the browser keeps nothing, or a file did not come
  }
  navigator.storage?.persist?.().catch(() => null); // some browsers ask people, who may take their time
  find("#offline").textContent = "It works without a network now.";
  return true;
}

/** Waits for a service worker to keep the site; one that cannot becomes redundant. */
function installed(worker) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "redundant") reject(new Error("the service worker could not be installed"));
      else if (worker.state !== "installing") resolve();
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

/** The large image as people save it: small ones with each pixel a block. */
async function enlarged() {
  const factor = Math.max(1, Math.floor(SMALLEST_SAVED_SIDE / large.naturalWidth));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = factor * large.naturalWidth;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(large, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve));
  return new File([blob], `${fileName(large.alt)}.png`, { type: "image/png" });
}

async function save() {
  const link = document.createElement("a");
  const file = await enlarged();
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers ask first whether to save
}

async function share() {
  const files = [await enlarged()];
  await navigator.share({ files }).catch((error) => {
    if (error.name !== "AbortError") report(`The picture could not be shared: ${error.message}`);
  });
}

async function start() {
  if (!WebAssembly.validate(SIMD)) {
    report("This browser lacks WebAssembly SIMD, with which this page draws. Update it: Safari 16.4, Chrome 91 and Firefox 114 have it.");
    disable();
    return;
  }
  find("#save").addEventListener("click", save);
  find("#share").addEventListener("click", share);
  find("#wall").addEventListener("click", () => find("main").scrollIntoView()); // where the chosen one is large
  const probe = new File([], "face.png", { type: "image/png" });
  find("#share").hidden = !navigator.canShare?.({ files: [probe] });
  if (variety) variety.value = recall("variety") ?? 1;
  variety?.addEventListener("input", () => remember("variety", variety.value)); // but not that of somebody's link
  await new Promise((settled) =>
    showFaces({
      image: drawLarge,
      thumbnail: async (parameters) => (await drawPicture(parameters)).address,
      changed() {},
      settled,
    }),
  );
  if (bytes <= UNASKED || navigator.serviceWorker?.controller) await keep();
  else if (navigator.serviceWorker) offerToKeep(); // plain HTTP has none
}

start();
