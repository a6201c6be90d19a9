"""The command line that measures a generator: `python -m pgkeras.evaluate runs/00000-faces-64 --data faces.npz`."""

import json
from pathlib import Path

import click
from tqdm import tqdm

from pgkeras.atomic import atomic_path
from pgkeras.command_line import fit_option, run
from pgkeras.data import Dataset, Fit, open_dataset
from pgkeras.errors import UserError
from pgkeras.loading import find_generators, load_generator
from pgkeras.measuring import METRICS, is_measurable, measure

EXAMPLES = """\b
Example:
  python -m pgkeras.evaluate runs/00000-faces-64 --data faces.npz --json metrics.json
"""


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
    if not is_measurable(side):
        raise UserError(f"{run_or_model}: its images are {side}x{side}; the metrics need a power of two from 16 on")
    dataset = open_dataset(data, side=side, fit=fit)
    _check(dataset, side, channels, data)
    number = min(num_images, len(dataset.images))
    with tqdm(total=number, unit="image", disable=None) as progress:
        values = measure(generator, dataset, chosen, number, on_images=progress.update)
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


def _write(path: Path, values: dict[str, float]) -> None:
    try:
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(values, indent=2) + "\n")
    except OSError as error:
        raise UserError(f"--json {path}: cannot be written ({error.strerror}); choose another") from None


if __name__ == "__main__":
    run(main)
