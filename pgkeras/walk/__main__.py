"""The command line that makes videos: `pgkeras walk runs/00000-faces-64 --out walk.mp4`."""

from pathlib import Path

import click
from click.core import ParameterSource

from pgkeras.command_line import SEED, GridSize, PositiveNumber, RunPath, command, run, truncation_option
from pgkeras.errors import UserError
from pgkeras.files.writing import writing

EXAMPLES = """\b
Examples:
  pgkeras walk runs/00000-faces-64 --out walk.mp4
  pgkeras walk runs/00000-faces-64 --out walk.gif --seconds 6 --fps 15 --grid 4x1
  pgkeras walk runs/00001-cifar-32 --out cats_and_dogs.mp4 --labels cat,dog
  pgkeras walk runs/00000-faces-64 --out us.mp4 --through found/me.npy,3,found/you.npy
  pgkeras walk runs/00000-faces-64 --out training.mp4 --training
"""
SUFFIXES = (".mp4", ".gif")
MOST_FRAMES_PER_SECOND_OF_GIF = 50  # It counts in hundredths of a second, and browsers slow down what takes one.
OF_CHANCE = ("grid", "smoothing", "seed")
OF_INTERPOLATION = (*OF_CHANCE, "through", "truncation", "labels", "resolution")


@command(epilog=EXAMPLES)
@click.argument("run_or_model", type=RunPath())
@click.option("--out", type=click.Path(path_type=Path), required=True, help="An .mp4 (H.264) or a .gif.")
@click.option("--training", is_flag=True, help="Show how the run's samples grew from 4x4 up instead.")
@click.option(
    "--through",
    metavar="LATENT,LATENT...",
    help="Walk through these latents, .npy files of project, serve or generate, and seeds, such as me.npy,3,you.npy.",
)
@click.option("--seconds", type=PositiveNumber(), default=20, show_default=True, help="Duration.")
@click.option("--fps", type=click.IntRange(1, 120), default=30, show_default=True, help="Frames per second.")
@click.option(
    "--grid", type=GridSize(), help="Columns x rows of images.  [default: 4x2; with classes, 4 columns and a row each]"
)
@click.option(
    "--smoothing",
    type=PositiveNumber(),
    default=1.0,
    show_default=True,
    help="Seconds over which latents are averaged: more is slower.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of the path.")
@truncation_option
@click.option(
    "--labels",
    help="Of a conditional generator: classes, by name or number, each for a row; all rows take the same path.  "
    "[default: the first 8]",
)
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
@click.pass_context
def main(
    context: click.Context,
    run_or_model: Path,
    out: Path,
    training: bool,
    through: str | None,
    seconds: float,
    fps: int,
    grid: tuple[int, int] | None,
    smoothing: float,
    seed: int,
    truncation: float,
    labels: str | None,
    resolution: int | None,
) -> None:
    """Makes a video of RUN_OR_MODEL: a run folder, a folder of generators or one .keras file.

    Its faces change smoothly into others, and the last frame leads to the first one. Small images are enlarged.
    """
    frames = round(seconds * fps)
    _check(out, frames, fps)
    if training:
        _check_training(context, run_or_model)
    elif through is not None:
        _check_unused(context, OF_CHANCE, "--through says where the walk leads")
    elif seconds < 4 * smoothing:
        least = f"{4 * smoothing:g}"
        raise UserError(f"--seconds {seconds:g}: too short for --smoothing {smoothing:g}; give at least {least}")
    from tqdm import tqdm

    from pgkeras.walk.video import write_video

    if training:
        from pgkeras.walk.training import training_frames

        pictures = training_frames(run_or_model, frames)
    else:
        from pgkeras.runs.generators import choose_generator, load_generator
        from pgkeras.truncation import truncate
        from pgkeras.walk.interpolation import choose_layout, interpolation_frames
        from pgkeras.walk.stations import read_stations, station_frames

        path = choose_generator(run_or_model, resolution)
        generator = truncate(load_generator(path), truncation)
        layout = choose_layout(generator, path, grid if through is None else (1, None), labels)
        if through is None:
            pictures = interpolation_frames(generator, layout, frames, smoothing * fps, seed)
        else:
            stations = read_stations(through, generator.inputs[0].shape[-1])
            if frames < len(stations):
                raise UserError(
                    f"--through {through}: {frames} frames are too few for {len(stations)} latents; give more --seconds"
                )
            pictures = station_frames(generator, stations, layout.labels, frames)
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        write_video(out, tqdm(pictures, total=frames, unit="frame", disable=None), fps)
    print(f"{frames} frames, {frames / fps:g} seconds: {out}")


def _check(out: Path, frames: int, fps: int) -> None:
    if out.suffix.lower() not in SUFFIXES:
        raise UserError(f"--out {out}: is not a video; give a name that ends in {' or '.join(SUFFIXES)}")
    if frames < 2:
        raise UserError(f"--fps {fps}: gives only {frames} frame{'s' * (frames != 1)}; give more --seconds")
    if out.suffix.lower() == ".gif" and fps > MOST_FRAMES_PER_SECOND_OF_GIF:
        raise UserError(f"--fps {fps}: a GIF has at most {MOST_FRAMES_PER_SECOND_OF_GIF} frames a second; give an .mp4")


def _check_training(context: click.Context, run_or_model: Path) -> None:
    """The samples are what they are."""
    _check_unused(context, OF_INTERPOLATION, "--training shows the run's own samples")
    if run_or_model.is_file():
        raise UserError(f"{run_or_model}: is not a run; --training needs the folder of one")


def _check_unused(context: click.Context, options: tuple[str, ...], reason: str) -> None:
    for name in options:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UserError(f"{reason}: drop --{name}")


if __name__ == "__main__":
    run(main)
