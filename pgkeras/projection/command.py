"""What `pgkeras project` does."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from pgkeras.backends import backend
from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.files.writing import check_writable, writing
from pgkeras.images import root_mean_square, write_png
from pgkeras.labels import one_hot, parse_classes, read_label_names, refuse_labels
from pgkeras.projection.photos import Photos
from pgkeras.projection.picture import draw_found
from pgkeras.projection.refine import STEPS, refine
from pgkeras.projection.search import project, steps_for
from pgkeras.runs.generators import choose_generator, load_generator
from pgkeras.sampling import label_size
from pgkeras.truncation import can_truncate

PICTURE = "found.png"


def find_photos(
    paths: Sequence[Path],
    run_or_model: Path,
    out: Path,
    seed: int,
    labels: str | None,
    refined: bool,
    resolution: int | None,
) -> None:
    """Finds photos in a generator, prints how near it comes, and writes latents and a picture.

    Args:
        paths: of the photos, each of another name.
        run_or_model: a run, a folder of generators or a .keras file.
        out: folder for the files, which appear when all photos have been found.
        seed: the first of those that the search begins with.
        labels: the class that the photos show, if the generator has any.
        refined: whether to go on with the first features, for the picture and the figures.
        resolution: which of the run's generators; None for the largest.

    Raises:
        UserError: if a photo, the generator, the class or the folder is not as it should be.
    """
    backend.choose_devices(1)
    path = choose_generator(run_or_model, resolution)
    generator = load_generator(path)
    shown = _class(labels, path, generator)
    if refined and not can_truncate(generator):
        raise UserError(f"`refine`: {path} has no convolution, so there are no first features; drop it")
    opened = Photos.for_generator(run_or_model, generator)
    photos = [opened.open(each) for each in paths]
    check_writable(out / PICTURE)
    for each in paths:
        if (out / PICTURE).exists() and each.samefile(out / PICTURE):
            raise UserError(f"{each}: would be overwritten by the picture of what was found; choose another `out`")
    crops = np.stack([photo.crop for photo in photos])
    steps = steps_for(len(photos)) + (len(photos) * STEPS if refined else 0)
    with tqdm(total=steps, unit="step", disable=None) as progress:
        found = project(generator, crops, labels=shown, seed=seed, on_steps=progress.update)
        latents = np.stack([each.latent for each in found])
        nearer = refine(generator, latents, crops, shown, progress.update) if refined else None
    for row, (photo, projection) in enumerate(zip(paths, found, strict=True)):
        latent = out / f"{photo.stem}.npy"
        with writing(latent), atomic_path(latent) as temporary:
            np.save(temporary, projection.latent[None], allow_pickle=False)
        beyond = f", {root_mean_square(nearer[row], crops[row]):.1f} refined" if refined else ""
        print(f"{photo}: {projection.error:.1f} grey levels off (RMS){beyond}: {latent}")
    with writing(out / PICTURE):
        write_png(out / PICTURE, draw_found(photos, found, nearer))
    print(f"wrote {out / PICTURE}")


def _class(labels: str | None, path: Path, generator: keras.Model) -> np.ndarray | None:
    classes = label_size(generator)
    if not classes:
        refuse_labels(labels, path)
        return None
    names = read_label_names(path, classes)
    if labels is None:
        raise UserError(f"{path}: is conditional; say with `labels` what the photos show: {', '.join(names)}")
    chosen = parse_classes(labels, names)
    if len(chosen) > 1:
        raise UserError(f"`labels` {labels}: names {len(chosen)} classes; give the one that all photos show")
    return one_hot(np.array(chosen), classes)[0]
