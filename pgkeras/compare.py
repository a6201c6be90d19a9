"""The command line that compares runs: `python -m pgkeras.compare runs/00000-faces-64 runs/00001-faces-64`."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from tqdm import tqdm

from pgkeras.atomic import atomic_path
from pgkeras.command_line import PicturePath, check_writable, run, writing
from pgkeras.data import Fit
from pgkeras.errors import UserError
from pgkeras.evaluation.comparison import Comparison
from pgkeras.evaluation.contest import SHOWN, Contender, Standing, first_value, measure_contender, open_contender
from pgkeras.evaluation.figure import draw
from pgkeras.evaluation.images import Stored
from pgkeras.evaluation.measures import parse_names
from pgkeras.evaluation.options import measuring_options
from pgkeras.evaluation.reals import Reals, open_reals

EXAMPLES = """\b
Examples:
  python -m pgkeras.compare runs/00000-faces-32 runs/00001-faces-32 --out progressive_and_dcgan.png
  python -m pgkeras.compare runs/* --metrics swd --json comparison.json
"""


@click.command(epilog=EXAMPLES)
@click.argument("runs", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="RUN RUN ...")
@measuring_options
@click.option(
    "--out",
    type=PicturePath(),
    default="comparison.png",
    show_default=True,
    help="Picture of the metric over time, and of samples.",
)
def main(
    runs: tuple[Path, ...],
    data: Path | None,
    fit: Fit,
    metrics: str,
    num_images: int,
    out: Path,
    json_path: Path | None,
) -> None:
    """Compares runs: the same metrics against the same real images.

    Images of runs with a larger resolution are shrunk to the smallest one. A table tells of the runs' ends; the picture
    shows the first metric at those snapshots that make images of the final resolution, over minutes of training.
    """
    if len(runs) < 2:
        raise UserError(f"{runs[0]}: to compare it, give another run; evaluate measures a single one")
    names = parse_names(metrics)
    contenders = [open_contender(path) for path in runs]
    side = min(contender.description.config.resolution for contender in contenders)
    if not data:
        _check_same_data(contenders)
    reals = open_reals(runs[0], data, fit, side)
    for path in filter(None, (json_path, out)):
        check_writable(path)
    standings = []
    with Comparison(reals.dataset, reals.path, names, num_images) as comparison:
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
        _check_same(first, other, "--holdout", first.description.config.holdout, other.description.config.holdout)


def _check_same(first: Contender, other: Contender, what: str, one: object, another: object) -> None:
    if one != another:
        raise UserError(
            f"{other.folder.path}: its {what} is {another}, that of {first.folder.path} is {one}; give --data to "
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


if __name__ == "__main__":
    run(main)
