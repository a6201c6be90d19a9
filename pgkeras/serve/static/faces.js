// A page of faces. Its controls hold the state, the address's fragment repeats it; a source draws the pictures.

const MEMORABLE = 1_000_000; // random seeds are below: people read them out and type them in again
const IDLE = 250; // milliseconds without a change before the address and the small images follow

export const find = (selector) => document.querySelector(selector);
export const fileName = (description) => description.toLowerCase().match(/[\p{L}\p{N}]+/gu)?.join("-") ?? "face";
const findAll = (selector) => [...document.querySelectorAll(selector)];

const furthest = Number(document.body.dataset.furthest);
const figure = find("#figure");
const image = find("#image");
const status = find("#status");
const face = find("#face"); // one with a name, or "" for the seed's
const seed = find("#seed");
const towards = find("#towards");
const way = find("#way");
const common = findAll("[data-common]"); // what all pictures have in common, such as the class
const sliders = findAll(".direction input");
const tiles = findAll("#wall button");

let source;
let wallStart = 0;

/**
 * Shows faces, and others whenever a control changes.
 *
 * @param {object} given
 *   image(parameters): a promise of the large image's address, and a note for below it;
 *   thumbnail(parameters): a promise of a small image's address;
 *   changed(parameters, name): called with each face that the controls ask for; name is for files;
 *   settled(), if given: called when the small images are shown, or one cannot be drawn.
 *   Addresses that are blob: belong to this page, which gives them up after the next image.
 */
export function showFaces(given) {
  source = given;
  readAddress();
  changeFace();
}

function withCommon(parameters) {
  return new URLSearchParams({ ...parameters, ...Object.fromEntries(common.map(({ id, value }) => [id, value])) });
}

const ofSeed = (value) => withCommon({ seed: value });
const start = () => (face.value ? { face: face.value } : { seed: seed.value });
const onTheWay = () => withCommon({ ...start(), towards: towards.value, way: way.value });
const startName = () => (face.value ? face.selectedOptions[0].text : `Seed ${seed.value}`);

function shownFace() {
  const parameters = onTheWay();
  const steps = sliders.map((slider) => slider.value);
  if (steps.some(Number)) parameters.set("sliders", steps.join(","));
  return parameters;
}

function describe() {
  const part = Math.round(way.value * 100);
  const name = part === 100 ? `Seed ${towards.value}` : startName();
  const moved = sliders.some((slider) => Number(slider.value)) ? ", changed by sliders" : "";
  return (part % 100 ? `${name}, ${part} % of the way to seed ${towards.value}` : name) + moved;
}

// One picture at a time: whatever changes meanwhile is drawn once, as it stands when the picture is here.
let drawing = false;
let changed = false;

async function draw() {
  changed = true;
  if (drawing) return;
  drawing = true;
  figure.ariaBusy = "true";
  while (changed) {
    changed = false;
    await show(shownFace(), describe()).catch((error) => (status.textContent = error.message));
  }
  figure.ariaBusy = "false";
  drawing = false;
}

async function show(parameters, description) {
  const { address, note } = await source.image(parameters);
  await exchange(image, address);
  image.alt = description;
  status.textContent = note ? `${description}, ${note}` : description;
}

async function exchange(picture, address) {
  const previous = picture.src;
  picture.src = address;
  await picture.decode();
  URL.revokeObjectURL(previous);
}

let idle;

/** Draws what the controls ask for. */
export function changeFace() {
  clearTimeout(idle);
  const wrong = find("#controls input:invalid");
  if (wrong) {
    status.textContent = `Seed: ${wrong.validationMessage}`;
    return;
  }
  for (const slider of findAll("[data-percent]")) showValue(slider, `${Math.round(slider.value * 100)} %`);
  for (const slider of sliders) showValue(slider, Number(slider.value).toFixed(1));
  find("#from").alt = startName();
  find("#to").alt = `Seed ${towards.value}`;
  describeWall();
  source.changed(shownFace(), fileName(describe()));
  draw();
  idle = setTimeout(() => {
    history.replaceState(null, "", `#${String(shownFace()).replaceAll("%2C", ",")}`);
    showSmallImages();
  }, IDLE);
}

function showValue(slider, text) {
  slider.parentElement.querySelector(".value").textContent = text;
}

// One after the other, so that the large image never waits for more than one of them.
let round = 0;

async function showSmallImages() {
  const mine = ++round;
  const wanted = smallImages();
  const stale = ([picture, parameters]) => picture.dataset.shows !== String(parameters);
  for (const each of wanted) each[0].classList.toggle("stale", stale(each));
  for (const [picture, parameters] of wanted.filter(stale)) {
    const address = await source.thumbnail(parameters).catch(() => null);
    if (mine !== round) return URL.revokeObjectURL(address);
    if (!address) break;
    picture.dataset.shows = parameters;
    await exchange(picture, address).catch(() => null);
    if (mine !== round) return;
    picture.classList.remove("stale");
  }
  source.settled?.();
}

function smallImages() {
  const ends = sliders.flatMap((slider, direction) =>
    [...slider.parentElement.querySelectorAll("img")].map((picture) => {
      const parameters = onTheWay();
      parameters.set("sliders", [...Array(direction).fill(0), picture.dataset.step].join(","));
      return [picture, parameters];
    }),
  );
  const wall = tiles.map((tile, place) => [tile.firstChild, ofSeed(wallStart + place)]);
  return [[find("#from"), withCommon(start())], [find("#to"), ofSeed(towards.value)], ...ends, ...wall];
}

function describeWall() {
  find("#wall-title").textContent = `Seeds ${wallStart} to ${wallStart + tiles.length - 1}`;
  find("#previous").disabled = wallStart === 0;
  find("#next").disabled = wallStart + 2 * tiles.length > Number(seed.max);
  tiles.forEach((tile, place) => {
    tile.firstChild.alt = tile.title = `Seed ${wallStart + place}`;
    const shown = chosen() === towards || !face.value;
    tile.ariaPressed = String(shown && wallStart + place === Number(chosen().value));
  });
}

const chosen = () => (find("[name=chooses]:checked").value === "seed" ? seed : towards);

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  face.value = "";
  for (const control of [face, seed, towards, way, ...common]) {
    if (given.has(control.id)) give(control, given.get(control.id));
  }
  const steps = given.get("sliders")?.split(",") ?? [];
  sliders.forEach((slider, direction) => (slider.value = steps[direction] ?? 0));
}

/** A list keeps its choice if it has no such one. */
function give(control, value) {
  if (!control.options || [...control.options].some((option) => option.value === value)) control.value = value;
}

function choose(control, value) {
  control.value = value;
  if (control === seed) face.value = "";
  way.value = control === seed ? 0 : 1;
  changeFace();
}

/** Adds a face with a name to those that a way can begin at, and shows it. */
export function addFace(value, name) {
  face.add(new Option(name, value));
  face.parentElement.hidden = false;
  face.value = value;
  way.value = 0;
  setSliders(() => 0);
}

const randomSeed = () => Math.floor(Math.random() * MEMORABLE);

function setSliders(value) {
  for (const slider of sliders) slider.value = value();
  changeFace();
}

const randomStep = () => (Math.random() - Math.random()) * furthest; // rather near the middle than at the ends

seed.addEventListener("input", () => (face.value = ""));
find("#controls").addEventListener("input", changeFace);
find("#controls").addEventListener("submit", (event) => event.preventDefault());
for (const button of findAll("[data-random]")) {
  const control = find(`#${button.dataset.random}`);
  button.addEventListener("click", () => choose(control, randomSeed()));
}
find("#reset")?.addEventListener("click", () => setSliders(() => 0));
find("#surprise")?.addEventListener("click", () => setSliders(randomStep));
tiles.forEach((tile, place) => tile.addEventListener("click", () => choose(chosen(), wallStart + place)));
for (const [selector, step] of [["#previous", -tiles.length], ["#next", tiles.length]]) {
  find(selector).addEventListener("click", () => {
    wallStart += step;
    describeWall();
    showSmallImages();
  });
}
for (const option of findAll("[name=chooses]")) option.addEventListener("change", describeWall);
addEventListener("hashchange", () => {
  readAddress();
  changeFace();
});
