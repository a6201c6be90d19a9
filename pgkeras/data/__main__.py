"""The command line that packs training images once: `python -m pgkeras.data DATA --out folder`."""

import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import click
from tqdm import tqdm

from pgkeras.command_line import run, writing
from pgkeras.data.dataset import Dataset, Fit, NoLabelsError
from pgkeras.data.options import fit_option
from pgkeras.data.pack import packed_size, write_npz, write_shards
from pgkeras.data.sources import open_dataset
from pgkeras.data.views import Transformed
from pgkeras.errors import UserError
from pgkeras.images import resize

SHARD_BYTES = 2**30
LARGEST_RESOLUTION = 1024

EPILOG = """\b
DATA is one of
  photos/                   folder of pictures, with subfolders; or photos.zip
  faces.npz                 as crop_faces.py writes it
  faces/, "faces/a-*.npz"   folder of shards faces-00000.npz ..., or a pattern
  tfrecords/                PGGAN's or StyleGAN's, NAME-r02.tfrecords ...
  images.npy, or hq/        .npy of all images, or a folder of one for each
  cifar-10-batches-py/      CIFAR-10 or CIFAR-100 (its 100 fine classes) for
                            Python, or their .tar.gz
  mnist/                    train-images-idx3-ubyte[.gz], also Fashion-MNIST
  train_32x32.mat           SVHN's cropped digits
  bedroom_train_lmdb/       LSUN
  images.h5                 HDF5 with uint8 `images`

\b
Examples:
  python -m pgkeras.data photos/ --out faces --side 128 --fit crop
  python -m pgkeras.data cifar-10-python.tar.gz --out cifar10.npz
"""


@click.command(epilog=EPILOG)
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder for shards NAME-00000.npz ..., or one file if it ends in .npz.",
)
@click.option(
    "--side",
    type=click.IntRange(4, 8192),
    help="Shrink to this side in pixels.  [default: the images' own; if they vary, the largest power of two "
    "not above the smallest one's]",
)
@fit_option
@click.option(
    "--labels/--no-labels",
    default=None,
    help="Insist on classes, or leave them out; of pictures they are the subfolders.  [default: keep those there are]",
)
@click.option("--shard-images", type=click.IntRange(min=1), help="Images per shard.  [default: what makes 1 GB]")
def main(data: Path, out: Path, side: int | None, fit: Fit, labels: bool | None, shard_images: int | None) -> None:
    """Packs DATA, images of any format, once into .npz files, which train fastest: memory-mapped, decoded, square."""
    _check_out(out, data, shard_images)
    dataset = _shrunk(_open(data, side, fit, labels), side, data)
    number, side, _, channels = dataset.images.shape
    shard_images = shard_images or max(1, SHARD_BYTES // (side * side * channels))
    size = packed_size(dataset, files=-(-number // shard_images))
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
        print(f"{_describe(dataset)}: {_gigabytes(size)} in {out}, {_gigabytes(free)} free", flush=True)
        if size > free:
            raise UserError(f"--out {out}: needs {_gigabytes(size)}, but the disk has {_gigabytes(free)}; make room")
        with tqdm(total=number, unit="image", disable=None) as bar:
            if _is_one_file(out):
                write_npz(out, dataset, bar.update)
            else:
                write_shards(out, dataset, shard_images, bar.update)
    conditional = " --conditional" * (dataset.labels is not None)
    resolution = min(2 ** (side.bit_length() - 1), LARGEST_RESOLUTION)
    print(f"packed {out}; to train on it:")
    print(f"  python -m pgkeras.train {shlex.quote(str(out))} --out runs --resolution {resolution}{conditional}")


def _is_one_file(out: Path) -> bool:
    return out.suffix.lower() == ".npz"


def _check_out(out: Path, data: Path, shard_images: int | None) -> None:
    if out.exists() and data.exists() and out.samefile(data):
        raise UserError(f"--out {out}: is DATA itself; choose another")
    if not _is_one_file(out):
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UserError(f"--out {out}: is there already; remove it, or choose another")
    elif out.is_dir():
        raise UserError(f"--out {out}: is a folder; give a file name, or a folder that does not end in .npz")
    elif shard_images:
        raise UserError(f"--shard-images {shard_images}: --out {out} is one file; give a folder, or drop the option")


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
        raise UserError(f"--side {side}: {data} has images of {own}x{own}; give at most {own}")
    images = Transformed(dataset.images, lambda batch: resize(batch, side))
    return replace(dataset, images=images)


def _describe(dataset: Dataset) -> str:
    number, side, _, channels = dataset.images.shape
    classes = "no labels" if dataset.labels is None else f"{len(dataset.label_names)} classes"
    return f"{number:,} {'grey' if channels == 1 else 'RGB'} images of {side}x{side}, {classes}"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


if __name__ == "__main__":
    run(main)
