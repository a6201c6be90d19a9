// The controls hold the state; the address's fragment repeats it, and a face's parameters are the server's own.

const MEMORABLE = 1_000_000; // random seeds are below: people read them out and type them in again
const IDLE = 250; // milliseconds without a change before the address and the small images follow

const find = (selector) => document.querySelector(selector);
const findAll = (selector) => [...document.querySelectorAll(selector)];

const furthest = Number(document.body.dataset.furthest);
const figure = find("#figure");
const image = find("#image");
const status = find("#status");
const seed = find("#seed");
const towards = find("#towards");
const way = find("#way");
const label = find("#label"); // null if the generator has no classes
const sliders = findAll(".direction input");
const tiles = findAll("#wall button");

let wallStart = 0;

const withLabel = (parameters) => new URLSearchParams(label ? { ...parameters, label: label.value } : parameters);
const ofSeed = (value) => withLabel({ seed: value });
const onTheWay = () => withLabel({ seed: seed.value, towards: towards.value, way: way.value });

function shownFace() {
  const parameters = onTheWay();
  const steps = sliders.map((slider) => slider.value);
  if (steps.some(Number)) parameters.set("sliders", steps.join(","));
  return parameters;
}

function describe() {
  const part = Math.round(way.value * 100);
  const name = part === 100 ? `Seed ${towards.value}` : `Seed ${seed.value}`;
  const moved = sliders.some((slider) => Number(slider.value)) ? ", changed by sliders" : "";
  return (part % 100 ? `${name}, ${part} % of the way to seed ${towards.value}` : name) + moved;
}

// One request at a time: whatever changes meanwhile is drawn once, as it stands when the answer is here.
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
  const response = await fetch(`image.png?${parameters}`).catch(() => {
    throw new Error("The server does not answer. Is python -m pgkeras.serve still running?");
  });
  if (!response.ok) throw new Error(await response.text());
  const previous = image.src;
  image.src = URL.createObjectURL(await response.blob());
  await image.decode();
  URL.revokeObjectURL(previous);
  image.alt = description;
  status.textContent = description;
}

let idle;

function changeFace() {
  clearTimeout(idle);
  const wrong = find("#controls input:invalid");
  if (wrong) {
    status.textContent = `Seed: ${wrong.validationMessage}`;
    return;
  }
  showValue(way, `${Math.round(way.value * 100)} %`);
  for (const slider of sliders) showValue(slider, Number(slider.value).toFixed(1));
  find("#from").alt = `Seed ${seed.value}`;
  find("#to").alt = `Seed ${towards.value}`;
  describeWall();
  const name = describe().toLowerCase().replace(/[^a-z0-9]+/g, "-");
  setLink("#save-image", `image.png?${shownFace()}`, `${name}.png`);
  setLink("#save-latent", `latent.npy?${shownFace()}`, `${name}.npy`);
  draw();
  idle = setTimeout(() => {
    history.replaceState(null, "", `#${String(shownFace()).replaceAll("%2C", ",")}`);
    showSmallImages();
  }, IDLE);
}

function showValue(slider, text) {
  slider.parentElement.querySelector(".value").textContent = text;
}

function setLink(selector, address, file) {
  const link = find(selector);
  link.href = address;
  link.download = file;
}

// One after the other, so that the large image never waits for more than one of them.
let round = 0;

async function showSmallImages() {
  const mine = ++round;
  const wanted = smallImages().map(([picture, parameters]) => [picture, `thumbnail.png?${parameters}`]);
  const stale = ([picture, address]) => picture.getAttribute("src") !== address;
  for (const each of wanted) each[0].classList.toggle("stale", stale(each));
  for (const [picture, address] of wanted.filter(stale)) {
    picture.src = address;
    await picture.decode().catch(() => null);
    if (mine !== round) return;
    picture.classList.remove("stale");
  }
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
  return [[find("#from"), ofSeed(seed.value)], [find("#to"), ofSeed(towards.value)], ...ends, ...wall];
}

function describeWall() {
  find("#wall-title").textContent = `Seeds ${wallStart} to ${wallStart + tiles.length - 1}`;
  find("#previous").disabled = wallStart === 0;
  find("#next").disabled = wallStart + 2 * tiles.length > Number(seed.max);
  tiles.forEach((tile, place) => {
    tile.firstChild.alt = tile.title = `Seed ${wallStart + place}`;
    tile.ariaPressed = String(wallStart + place === Number(chosen().value));
  });
}

const chosen = () => (find("[name=chooses]:checked").value === "seed" ? seed : towards);

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [name, control] of Object.entries({ seed, towards, way, label })) {
    if (control && given.has(name)) control.value = given.get(name);
  }
  const steps = given.get("sliders")?.split(",") ?? [];
  sliders.forEach((slider, direction) => (slider.value = steps[direction] ?? 0));
}

function choose(control, value) {
  control.value = value;
  way.value = control === seed ? 0 : 1;
  changeFace();
}

const randomSeed = () => Math.floor(Math.random() * MEMORABLE);

function setSliders(value) {
  for (const slider of sliders) slider.value = value();
  changeFace();
}

const randomStep = () => (Math.random() - Math.random()) * furthest; // rather near the middle than at the ends

find("#controls").addEventListener("input", changeFace);
find("#controls").addEventListener("submit", (event) => event.preventDefault());
for (const button of findAll("[data-random]")) {
  const control = find(`#${button.dataset.random}`);
  button.addEventListener("click", () => choose(control, randomSeed()));
}
find("#reset").addEventListener("click", () => setSliders(() => 0));
find("#surprise").addEventListener("click", () => setSliders(randomStep));
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

readAddress();
changeFace();
