"""From photos to crops: at once with a margin that is given; with `auto`, faces are found in all photos first."""

from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from preprocessing.chunk import crop_faces, cut_faces, find_faces, joined
from preprocessing.config import CropConfig
from preprocessing.engines import ENGINES, Compute, Task
from preprocessing.find_photos import PhotoFile
from preprocessing.margin import Margin, choose_margin
from preprocessing.work_folder import Stage, WorkFolder

PROGRESS_AFTER = 2  # seconds; shorter work needs no bar


def crop_all(work: WorkFolder, config: CropConfig, engine: str, workers: int) -> Margin:
    """Computes those chunks that are not done, and saves each.

    Args:
        work: where they are saved.
        config: every option.
        engine: one of `ENGINES`.
        workers: of the engine.

    Returns:
        The margin that all faces were cut with.
    """
    with ENGINES[engine](workers) as compute:
        if config.margin == "auto":
            _complete(work, "found", compute, find_faces, config)
            margin = choose_margin(_found(work), config)
            _complete(work, "cropped", compute, cut_faces, config.resolved(margin.value))
        else:
            margin = Margin(config.margin, "as given")
            _complete(work, "cropped", compute, crop_faces, config.resolved(margin.value))
    return margin


def _complete(work: WorkFolder, stage: Stage, compute: Compute, task: Task, config: CropConfig) -> None:
    missing = work.missing(stage)

    def arguments(number: int, photos: Sequence[PhotoFile]) -> tuple:
        return (photos, config, work.load("found", number)) if task is cut_faces else (photos, config)

    total = len(work.photos)
    done = total - sum(map(len, missing.values()))
    title = "finding faces" if stage == "found" else "cropping"
    with tqdm(
        desc=title, total=total, initial=done, unit="photo", delay=PROGRESS_AFTER, leave=False, disable=None
    ) as bar:
        for number, chunk in compute(task, ((number, arguments(number, photos)) for number, photos in missing.items())):
            work.save(stage, number, chunk)
            bar.update(len(missing[number]))


def _found(work: WorkFolder) -> dict[str, np.ndarray]:
    return joined([work.load("found", number, without=("thumbnails",)).faces for number in work.chunks])
