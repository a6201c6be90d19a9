"""What `pgkeras compare` does."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pgkeras.config import Fit
from pgkeras.errors import UserError
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.contest import SHOWN, Contender, Standing, first_value, measure_contender, open_contender
from pgkeras.evaluation.figure import draw
from pgkeras.evaluation.image_sources import Stored
from pgkeras.evaluation.measures import check_installed
from pgkeras.evaluation.reals import Reals, open_reals
from pgkeras.files.atomic import atomic_path
from pgkeras.files.writing import check_writable, writing


def compare(
    runs: Sequence[Path],
    data: Path | None,
    fit: Fit,
    metrics: Sequence[str],
    num_images: int,
    out: Path,
    json_path: Path | None,
) -> None:
    """Compares runs, prints a table and draws a picture.

    Args:
        runs: their folders, two or more.
        data: real images; None for those that the runs held out, or else trained on.
        fit: what to do with images that are not square.
        metrics: which, of names.NAMES.
        num_images: how many real and generated images, if there are so many.
        out: the picture, a .png.
        json_path: a file for the values, if any.

    Raises:
        UserError: if one is not a run, or they have nothing in common to be measured against.
    """
    check_installed(metrics)
    contenders = [open_contender(path) for path in runs]
    side = min(contender.description.config.resolution for contender in contenders)
    if not data:
        _check_same_data(contenders)
    reals = open_reals(runs[0], data, fit, side)
    if data:
        _warn_of_seen(reals, runs, data, fit, side)
    for path in filter(None, (json_path, out)):
        check_writable(path)
    standings = []
    with Comparison(reals.dataset, reals.path, metrics, num_images) as comparison:
        for contender in contenders:
            with tqdm(unit="image", disable=None, leave=False, desc=contender.folder.path.name) as progress:
                standings.append(measure_contender(contender, comparison, side, progress.update))
    print(*_table(standings), sep="\n")
    number = min(num_images, len(reals.dataset.images))
    print(f"{number:,} images of {side}x{side} each, against {reals}: {out}")
    _write(standings, reals, side, out, json_path)


def _check_same_data(contenders: Sequence[Contender]) -> None:
    first, *others = contenders
    for other in others:
        for what in ("data", "fit", "images"):
            _check_same(first, other, what, getattr(first.description, what), getattr(other.description, what))
        _check_same(first, other, "holdout", first.description.config.holdout, other.description.config.holdout)


def _warn_of_seen(reals: Reals, runs: Sequence[Path], data: Path, fit: Fit, side: int) -> None:
    first, *others = runs
    for other in others:
        its = open_reals(other, data, fit, side)
        if (its.held_out, len(its.dataset.images)) != (reals.held_out, len(reals.dataset.images)):
            warnings.warn(f"{other}: held out other images of {data} than {first}, and may know these", stacklevel=2)


def _check_same(first: Contender, other: Contender, what: str, one: object, another: object) -> None:
    if one != another:
        raise UserError(
            f"{other.folder.path}: its {what} is {another}, that of {first.folder.path} is {one}; give `data` to "
            "compare them all with"
        )


def _table(standings: Sequence[Standing]) -> list[str]:
    width = max(len(each.contender.name) for each in standings)
    values = list(standings[0].values)
    header = f"{'':<{width}}  {'kimg':>8}  {'minutes':>8}" + "".join(f"  {name:>17}" for name in values)
    lines = [header]
    for each in standings:
        shown = each.contender.images_shown
        lines.append(
            f"{each.contender.name:<{width}}  {shown / 1000:>8.1f}  {each.contender.minutes(shown):>8.1f}"
            + "".join(f"  {each.values[name]:>17.3f}" for name in values)
        )
    return lines


def _write(standings: Sequence[Standing], reals: Reals, side: int, out: Path, json_path: Path | None) -> None:
    if json_path:
        with writing(json_path), atomic_path(json_path) as temporary:
            temporary.write_text(json.dumps([_record(each) for each in standings], indent=2) + "\n")
    real = np.concatenate(list(Stored(reals.dataset, side).batches(SHOWN)))[:SHOWN]
    with writing(out):
        draw(standings, real, first_value(standings[0].values), out)


def _record(standing: Standing) -> dict[str, object]:
    contender = standing.contender
    return {
        "run": str(contender.folder.path),
        "preset": contender.description.preset,
        "images_shown": contender.images_shown,
        "minutes": contender.minutes(contender.images_shown),
        **standing.values,
        "curve": standing.curve,
    }
