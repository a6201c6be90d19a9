"""The command line that measures a generator: `python -m pgkeras.evaluate runs/00000-faces-64 --data faces.npz`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import keras
import numpy as np
from tqdm import tqdm

from pgkeras.atomic import atomic_path
from pgkeras.command_line import fit_option, run
from pgkeras.data import Dataset, Fit, open_dataset
from pgkeras.errors import UserError
from pgkeras.images import resize, to_uint8
from pgkeras.labels import one_hot
from pgkeras.latents import latents_from_seeds
from pgkeras.loading import find_generators, load_generator
from pgkeras.metrics import ms_ssim, sliced_wasserstein
from pgkeras.sampling import label_size, sample_batches

EXAMPLES = """\b
Example:
  python -m pgkeras.evaluate runs/00000-faces-64 --data faces.npz --json metrics.json
"""


@dataclass(frozen=True)
class _Images:
    """What metrics compare: uint8 (images, side, side, channels), as many real ones as generated."""

    real: np.ndarray
    fake: np.ndarray


def _sliced_wasserstein(images: _Images) -> dict[str, float]:
    distances = sliced_wasserstein(images.real, images.fake)
    return {f"swd_{resolution}": distance for resolution, distance in distances.items()}


def _ms_ssim(images: _Images) -> dict[str, float]:
    """Of neighbours: images are in random order."""
    pairs = len(images.fake) // 2
    return {
        "ms_ssim_generated": ms_ssim(images.fake[:pairs], images.fake[pairs : 2 * pairs]),
        "ms_ssim_real": ms_ssim(images.real[:pairs], images.real[pairs : 2 * pairs]),
    }


METRICS: dict[str, Callable[[_Images], dict[str, float]]] = {"swd": _sliced_wasserstein, "ms_ssim": _ms_ssim}


@click.command(epilog=EXAMPLES)
@click.argument("run_or_model", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Real images, of any format of train.")
@fit_option
@click.option("--metrics", default=",".join(METRICS), show_default=True, help="Which ones.")
@click.option(
    "--num-images",
    type=click.IntRange(min=2),
    default=2048,
    show_default=True,
    help="How many real and generated images, if DATA has so many; the paper takes 16384.",
)
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the values to this file.")
def main(
    run_or_model: Path,
    data: Path,
    fit: Fit,
    metrics: str,
    num_images: int,
    resolution: int | None,
    json_path: Path | None,
) -> None:
    """Measures the images of RUN_OR_MODEL against real ones.

    swd is the sliced Wasserstein distance times 1,000 at each resolution, smaller is better; compare with the same
    number of images only. ms_ssim is the similarity of images among themselves: more than the reals' is too little
    variation.
    """
    chosen = _choose(metrics)
    generators = find_generators(run_or_model)
    if resolution is not None and resolution not in generators:
        raise UserError(f"--resolution {resolution}: {run_or_model} has only {', '.join(map(str, generators))}")
    generator = load_generator(generators[resolution or max(generators)])
    side, channels = generator.output_shape[2:]
    if side < 16 or side & (side - 1):
        raise UserError(f"{run_or_model}: its images are {side}x{side}; the metrics need a power of two from 16 on")
    dataset = open_dataset(data, side=side, fit=fit)
    _check(dataset, side, channels, data)
    number = min(num_images, len(dataset.images))
    images = _Images(_real(dataset, number, side), _fake(generator, number))
    values = {name: value for metric in chosen for name, value in METRICS[metric](images).items()}
    for name, value in values.items():
        print(f"{name:<20} {value:>8.3f}")
    print(f"{number:,} images of {side}x{side} each: {run_or_model} against {data}")
    if json_path:
        _write(json_path, {"images": number, "resolution": side} | values)


def _choose(text: str) -> list[str]:
    names = [part.strip() for part in text.split(",")]
    for name in names:
        if name not in METRICS:
            raise UserError(f"--metrics {text}: {name!r} is unknown; choose from {', '.join(METRICS)}")
    return names


def _check(dataset: Dataset, side: int, channels: int, data: Path) -> None:
    own = dataset.images.shape
    if own[1] < side or own[3] != channels:
        raise UserError(
            f"{data}: has images of {own[1]}x{own[1]} with {own[3]} channels, the generator makes {side}x{side} with "
            f"{channels}; give data like the training's"
        )
    if own[0] < 2:
        raise UserError(f"{data}: has one image; the metrics need 2 or more")


def _real(dataset: Dataset, number: int, side: int) -> np.ndarray:
    chosen = np.random.default_rng(0).permutation(len(dataset.images))[:number]
    parts = np.array_split(chosen, -(-number // 64))
    return np.concatenate([[resize(image, side) for image in dataset.images[part]] for part in parts])


def _fake(generator: keras.Model, number: int) -> np.ndarray:
    latents = latents_from_seeds(range(number), generator.inputs[0].shape[-1])
    classes = label_size(generator)
    labels = one_hot(np.arange(number) % classes, classes) if classes else None
    with tqdm(total=number, unit="image", disable=None) as progress:
        batches = []
        for batch in sample_batches(generator, latents, labels):
            batches.append(to_uint8(batch))
            progress.update(len(batch))
    return np.concatenate(batches)


def _write(path: Path, values: dict[str, float]) -> None:
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(values, indent=2) + "\n")
    except OSError as error:
        raise UserError(f"--json {path}: cannot be written ({error.strerror}); choose another") from None


if __name__ == "__main__":
    run(main)
