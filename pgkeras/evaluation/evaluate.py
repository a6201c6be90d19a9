"""What `pgkeras evaluate` does."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from tqdm import tqdm

from pgkeras.config import Fit
from pgkeras.evaluation.candidates import Candidate, find_candidate, find_snapshots
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.image_sources import Generated, ImageSource, Stored
from pgkeras.evaluation.measures import check_installed
from pgkeras.evaluation.neighbours import nearest, sheet
from pgkeras.evaluation.reach import reach, steps_of_reach
from pgkeras.evaluation.reals import Reals, open_reals
from pgkeras.evaluation.table import Result, lines, rows
from pgkeras.files.atomic import atomic_path
from pgkeras.files.json_lines import append_line
from pgkeras.files.writing import check_writable, writing
from pgkeras.images import to_screen_size, write_png
from pgkeras.report import write_report
from pgkeras.runs.folder import RunFolder, is_run
from pgkeras.sampling import label_size

MOST_SOUGHT = 2048  # generated images whose neighbours are looked for


def evaluate(
    run_or_model: Path,
    data: Path | None,
    fit: Fit,
    metrics: Sequence[str],
    num_images: int,
    resolution: int | None,
    checkpoints: Literal["last", "all"],
    neighbours: Path | None,
    json_path: Path | None,
) -> None:
    """Measures generated images against real ones, prints the values and keeps them.

    Args:
        run_or_model: a run, a .keras or .tflite file, or a folder or .npz of images.
        data: real images; None for those that the run held out, or else trained on.
        fit: what to do with images that are not square.
        metrics: which, of names.NAMES.
        num_images: how many real and generated images, if there are so many.
        resolution: which of the run's generators; None for the largest.
        checkpoints: of a run, its last generator or those of all snapshots.
        neighbours: a .png to draw of the images most like a training image, if any.
        json_path: a file for the values, if any.

    Raises:
        UserError: if there is nothing to measure, or to measure with or against.
    """
    check_installed(metrics)
    if checkpoints == "all":
        candidates = find_snapshots(run_or_model, resolution)
    else:
        candidates = [find_candidate(run_or_model, resolution, fit)]
    reals = open_reals(run_or_model, data, fit, candidates[-1].open().side)
    for path in filter(None, (json_path, neighbours)):
        check_writable(path)
    folder = _folder_to_write_to(run_or_model)
    results = []
    with Comparison(reals.dataset, reals.path, metrics, num_images) as comparison:
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


def _folder_to_write_to(run_or_model: Path) -> RunFolder | None:
    """The folder of a run; None if it is none, or, with a warning, if nothing can be written there."""
    if not is_run(run_or_model):
        return None
    folder = RunFolder(run_or_model)
    try:
        folder.evaluations.open("a").close()
    except OSError as error:
        warnings.warn(
            f"{folder.evaluations}: cannot be written ({error.strerror}); the values are only printed", stacklevel=2
        )
        return None
    return folder


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
    known = "training image" if reals.of_the_run else f"image in {reals.path}"
    print(f"nearest {known} of {len(images):,}: median correlation {found.typical_similarity:.3f}", end="")
    if reals.held_out:
        others = np.concatenate(
            list(Stored(reals.dataset, source.side).batches(min(len(images), len(reals.dataset.images))))
        )
        print(f" (of held-out images {nearest(others, reals.training).typical_similarity:.3f})", end="")
    print(f": {path}")
    with writing(path):
        write_png(path, to_screen_size(sheet(images, found, reals.training)))
    if reals.held_out and isinstance(source, Generated) and not label_size(source.generator):
        parts = reals.training, reals.dataset
        with tqdm(total=steps_of_reach(*parts), unit="step", desc="reach", disable=None, leave=False) as progress:
            print(reach(source.generator, *parts, on_steps=progress.update))


def _write(path: Path, values: object) -> None:
    with writing(path), atomic_path(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2) + "\n")
