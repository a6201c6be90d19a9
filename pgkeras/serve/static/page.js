// Faces that the server draws: a face's parameters are those of its addresses.

import { find, showFaces } from "./faces.js";

async function image(parameters) {
  const response = await fetch(`image.png?${parameters}`).catch(() => {
    throw new Error("The server does not answer. Is python -m pgkeras.serve still running?");
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
