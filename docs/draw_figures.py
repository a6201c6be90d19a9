"""Draws the figures of "How it works" from a run that has reached 64x64: `python docs/draw_figures.py RUN`.

The pictures in the repository come from the run of README's picture; docs/measurements.md has its command.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from pgkeras import sample
from pgkeras.layers import EqualizedConv2D
from pgkeras.runs.folder import RunFolder
from pgkeras.runs.generator_files import list_snapshots
from pgkeras.runs.generators import load_generator
from pgkeras.schedule import Position, Schedule

OUT = Path(__file__).with_name("figures")
SIDE = 64


def main(run: Path) -> None:
    """Draws all figures.

    Args:
        run: its folder.
    """
    mpl.use("agg")
    plt.rcParams |= {"font.size": 9, "savefig.dpi": 110, "savefig.bbox": "tight"}
    OUT.mkdir(exist_ok=True)
    folder, description = RunFolder.open(run)
    schedule = Schedule.from_config(description.config)
    samples = {int(path.stem): path for path in folder.list_samples()}
    draw_growth({schedule.at(shown): path for shown, path in samples.items()})
    draw_fade_in({schedule.at(shown): path for shown, path in samples.items()})
    generator = load_generator(list_snapshots(folder.snapshots)[-1].path)
    draw_deviation(sample(generator, num=4, seed=0))
    draw_scales(generator)


def draw_growth(samples: dict[Position, Path]) -> None:
    """The same eight latents at the end of every resolution."""
    last = {position.resolution: path for position, path in samples.items() if not position.phase.fade_in}
    figure, axes = plt.subplots(len(last), 1, figsize=(6.4, 0.84 * len(last)))
    for axis, (resolution, path) in zip(axes, last.items(), strict=True):
        axis.imshow(np.hstack(faces(path, 8)))
        axis.set_ylabel(f"{resolution}x{resolution}", rotation=0, ha="right", va="center")
        hide_ticks(axis)
    save(figure, "growth")


def draw_fade_in(samples: dict[Position, Path]) -> None:
    """Four latents before, while and after 32x32 fades into 64x64."""
    before = [path for position, path in samples.items() if position.resolution == 32][-1]
    fading = {
        position.alpha: path
        for position, path in samples.items()
        if position.resolution == 64 and position.phase.fade_in
    }
    after = next(path for each, path in samples.items() if each.resolution == 64 and not each.phase.fade_in)
    shown = [("32x32", before), *((f"alpha {alpha:.2f}", path) for alpha, path in fading.items()), ("64x64", after)]
    figure, axes = plt.subplots(1, len(shown), figsize=(1.15 * len(shown), 4.5))
    for axis, (title, path) in zip(axes, shown, strict=True):
        axis.imshow(np.vstack(faces(path, 4)))
        axis.set_title(title, fontsize=9)
        hide_ticks(axis)
    save(figure, "fade_in")


def draw_deviation(images: np.ndarray) -> None:
    """What minibatch standard deviation sees in four different faces, and in one face four times over."""
    groups = {"four different faces": images, "the same face four times": np.repeat(images[:1], 4, axis=0)}
    figure, axes = plt.subplots(2, 5, figsize=(6.4, 3.1))
    for row, (title, group) in zip(axes, groups.items(), strict=True):
        for axis, image in zip(row, group, strict=False):
            axis.imshow(image)
        deviation = (group / 127.5 - 1).std(axis=0).mean(axis=-1)
        row[-1].imshow(deviation, cmap="magma", vmin=0, vmax=0.6)
        row[-1].set_title(f"mean {deviation.mean():.2f}", fontsize=9)
        row[0].set_title(title, fontsize=9, loc="left")
    for axis in axes.flat:
        hide_ticks(axis)
    save(figure, "minibatch_stddev")


def draw_scales(generator: "keras.Model") -> None:  # noqa: F821
    """Spread of the weights that the optimizer sees, and of those that the convolutions use."""
    layers = [layer for layer in generator.layers if isinstance(layer, EqualizedConv2D)]
    stored = [np.asarray(layer.kernel).std() for layer in layers]
    used = [np.asarray(layer.kernel).std() * layer.scale for layer in layers]
    figure, axis = plt.subplots(figsize=(6.4, 2.6))
    places = np.arange(len(layers))
    axis.bar(places - 0.2, stored, 0.4, label="stored, what Adam sees")
    axis.bar(places + 0.2, used, 0.4, label="used, after the layer's constant")
    axis.set_yscale("log")
    axis.set_ylabel("standard deviation")
    axis.set_xticks(places, [layer.name.removeprefix("generator_") for layer in layers], rotation=45, ha="right")
    axis.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    save(figure, "equalized_learning_rate")


def faces(grid: Path, number: int) -> list[np.ndarray]:
    """The first pictures of a grid of samples, without their repeated pixels' being smoothed."""
    pixels = np.asarray(Image.open(grid).convert("RGB"))
    return [pixels[:SIDE, SIDE * column : SIDE * (column + 1)] for column in range(number)]


def hide_ticks(axis: plt.Axes) -> None:
    """A picture needs none."""
    axis.set(xticks=[], yticks=[])


def save(figure: plt.Figure, name: str) -> None:
    """Writes a small PNG, of 256 colours."""
    path = OUT / f"{name}.png"
    figure.savefig(path)
    plt.close(figure)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
