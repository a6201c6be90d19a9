"""From photos to crops: at once with a margin that is given; with `auto`, faces are found in all photos first."""

from collections.abc import Callable

import numpy as np
from tqdm import tqdm

from preprocessing.chunk import crop_faces, cut_faces, find_faces, joined
from preprocessing.config import CropConfig
from preprocessing.engines import ENGINES, Compute, Task
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
            _complete(work, "found", compute, find_faces, lambda _: (config,))
            margin = choose_margin(_found(work), config)
            cut = config.resolved(margin.value)
            _complete(work, "cropped", compute, cut_faces, lambda number: (cut, work.load("found", number)))
        else:
            margin = Margin(config.margin, "as given")
            cut = config.resolved(margin.value)
            _complete(work, "cropped", compute, crop_faces, lambda _: (cut,))
    return margin


def _complete(work: WorkFolder, stage: Stage, compute: Compute, task: Task, others: Callable[[int], tuple]) -> None:
    """Computes the chunks of a stage that are not done; `others` gives what the task wants beside a chunk's photos."""
    missing = work.missing(stage)
    chunks = ((number, (photos, *others(number))) for number, photos in missing.items())
    total, title = len(work.photos), {"found": "finding faces", "cropped": "cropping"}[stage]
    done = total - sum(map(len, missing.values()))
    with tqdm(None, title, total, initial=done, unit="photo", delay=PROGRESS_AFTER, leave=False, disable=None) as bar:
        for number, chunk in compute(task, chunks):
            work.save(stage, number, chunk)
            bar.update(len(missing[number]))


def _found(work: WorkFolder) -> dict[str, np.ndarray]:
    return joined([work.load("found", number, without=("thumbnails",)).faces for number in work.chunks])
