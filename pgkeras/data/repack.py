"""What `pgkeras data` does."""

import shutil
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from pgkeras.config import Fit
from pgkeras.data.dataset import Dataset, NoLabelsError, naming_all_unreadable
from pgkeras.data.pack import packed_size, write_npz, write_shards
from pgkeras.data.sources import open_dataset
from pgkeras.data.views import Transformed
from pgkeras.errors import UserError
from pgkeras.files.writing import writing
from pgkeras.images import resize
from pgkeras.text import quoted

SHARD_BYTES = 2**30
LARGEST_RESOLUTION = 1024


def repack(
    data: Path, out: Path, side: int | None, fit: Fit, with_labels: bool | None, shard_images: int | None
) -> None:
    """Packs images of any format into one .npz, or a folder of them.

    Args:
        data: of any format.
        out: the .npz or the new folder.
        side: to which images are shrunk, in pixels; None for their own.
        fit: what to do with images that are not square.
        with_labels: True insists on classes, False leaves them out, None keeps those there are.
        shard_images: images per shard; None for what makes 1 GB.

    Raises:
        UserError: if the data cannot be read, or the disk has no room.
    """
    with naming_all_unreadable():
        dataset = _shrunk(_open(data, side, fit, with_labels), side, data)
    number, side, _, channels = dataset.images.shape
    shard_images = shard_images or max(1, SHARD_BYTES // (side * side * channels))
    size = packed_size(dataset, files=-(-number // shard_images))
    with writing(out), naming_all_unreadable():
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
        print(f"{_describe(dataset)}: {_gigabytes(size)} in {out}, {_gigabytes(free)} free", flush=True)
        if size > free:
            raise UserError(f"`out` {out}: needs {_gigabytes(size)}, but the disk has {_gigabytes(free)}; make room")
        with tqdm(total=number, unit="image", disable=None) as bar:
            if out.suffix.lower() == ".npz":
                write_npz(out, dataset, bar.update)
            else:
                write_shards(out, dataset, shard_images, bar.update)
    conditional = " --conditional" * (dataset.labels is not None)
    resolution = min(2 ** (side.bit_length() - 1), LARGEST_RESOLUTION)
    print(f"packed {out}; to train on it:")
    print(f"  pgkeras train {quoted(out)} --out runs --resolution {resolution}{conditional}")


def _open(data: Path, side: int | None, fit: Fit, labels: bool | None) -> Dataset:
    try:
        return open_dataset(data, side=side, fit=fit, labels=labels is not False)
    except NoLabelsError:
        if labels:
            raise
        return open_dataset(data, side=side, fit=fit)


def _shrunk(dataset: Dataset, side: int | None, data: Path) -> Dataset:
    own = dataset.images.shape[1]
    if side is None or side == own:
        return dataset
    if side > own:
        raise UserError(f"`side` {side}: {data} has images of {own}x{own}; give at most {own}")
    images = Transformed(dataset.images, lambda batch: resize(batch, side))
    return replace(dataset, images=images)


def _describe(dataset: Dataset) -> str:
    number, side, _, channels = dataset.images.shape
    classes = "no labels" if dataset.labels is None else f"{len(dataset.label_names)} classes"
    return f"{number:,} {'grey' if channels == 1 else 'RGB'} images of {side}x{side}, {classes}"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
