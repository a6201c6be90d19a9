// Faces that the server draws: a face's parameters are those of its addresses.

import { addFace, find, showFaces } from "./faces.js";

async function image(parameters) {
  const response = await fetch(`image.png?${parameters}`).catch(() => {
    throw new Error("The server does not answer. Is pgkeras serve still running?");
  });
  if (!response.ok) throw new Error(await response.text());
  return { address: URL.createObjectURL(await response.blob()) };
}

function setLink(selector, address, file) {
  const link = find(selector);
  link.href = address;
  link.download = file;
}

showFaces({
  image,
  thumbnail: async (parameters) => `thumbnail.png?${parameters}`,
  changed(parameters, name) {
    setLink("#save-image", `image.png?${parameters}`, `${name}.png`);
    setLink("#save-latent", `latent.npy?${parameters}`, `${name}.npy`);
  },
});

const photoButton = find("#photo"); // null where others than this machine see the page

async function findPhoto(file) {
  if (photoButton.disabled) return;
  const largest = Number(photoButton.dataset.largest);
  if (file.size > largest) {
    find("#status").textContent = `${file.name} has over ${largest / 2 ** 20} MB; shrink it.`;
    return;
  }
  photoButton.disabled = true;
  find("#status").textContent = `Looking for ${file.name}…`;
  const label = find("#label")?.value ?? 0;
  try {
    const response = await fetch(`faces?label=${label}`, { method: "POST", body: file });
    if (!response.ok) throw new Error(await response.text());
    addFace((await response.json()).face, file.name.replace(/\.[^.]*$/, ""));
  } catch (error) {
    find("#status").textContent = error.message;
  }
  photoButton.disabled = false;
}

if (photoButton) {
  const chooser = find("#photo-file");
  photoButton.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    const [file] = chooser.files;
    chooser.value = ""; // or the same file, chosen again, would be no change
    if (file) findPhoto(file);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) findPhoto(event.dataTransfer.files[0]);
  });
}
