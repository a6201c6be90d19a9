"""Whether a run can be trained on its data, and measured against them."""

from pathlib import Path

import numpy as np

from pgkeras.config import ProgressiveConfig
from pgkeras.data import Dataset
from pgkeras.errors import UserError
from pgkeras.evaluation.measures import check_installed, least_images
from pgkeras.schedule import Schedule


def check_data(everything: Dataset, training: Dataset, config: ProgressiveConfig, path: Path) -> None:
    """Compares the data with what the networks and the schedule need.

    Args:
        everything: all images.
        training: those that are not held out.
        config: of the run.
        path: of the data, for the message.

    Raises:
        UserError: if the images are too small or too few, have other channels or classes, or a class has none.
    """
    if (missing := _class_without_image(everything)) is not None:
        raise UserError(f"{path}: class {missing} has no image; remove the class")
    if (missing := _class_without_image(training)) is not None:
        raise UserError(f"`holdout` {config.holdout:g}: leaves no image of class {missing}; give more, or lower it")
    number, side, _, channels = training.images.shape
    if side < config.resolution:
        fitting = 2 ** (side.bit_length() - 1)
        raise UserError(
            f"{path}: images are {side}x{side}, smaller than `resolution` {config.resolution}; "
            f"use `resolution` {fitting}, or crop larger"
        )
    if channels != config.channels:
        raise UserError(f"{path}: images have {channels} channels, not `channels` {config.channels}; drop the option")
    classes = len(training.label_names)
    if classes != config.label_size:
        asked = f"{classes} classes" if classes else "no labels without `conditional`"
        raise UserError(f"{path}: has {asked}, not `label_size` {config.label_size}; drop the option")
    images_per_step = max(phase.images_per_step for phase in Schedule.from_config(config).phases)
    if number < images_per_step:
        raise UserError(f"{path}: {number} images are fewer than the {images_per_step} of a step; lower `batch_size`")


def check_metrics(config: ProgressiveConfig, held_out: Dataset) -> None:
    """Whether the run's metrics are installed and have images enough.

    Args:
        config: of the run.
        held_out: images to measure against.

    Raises:
        UserError: if not.
    """
    number, least, names = len(held_out.images), least_images(config.metrics), ",".join(config.metrics)
    if config.metrics and number < least:
        raise UserError(
            f"`metrics` {names}: too few images to measure against, {number} instead of {least} or more; give more "
            "photos or a larger `holdout`"
        )
    if config.metrics and config.metrics_images < least:
        raise UserError(f"`metrics_images` {config.metrics_images}: `metrics` {names} need {least} or more")
    check_installed(config.metrics)


def _class_without_image(dataset: Dataset) -> str | None:
    if dataset.labels is None:
        return None
    there = set(np.unique(dataset.labels).tolist())
    return next((name for number, name in enumerate(dataset.label_names) if number not in there), None)
