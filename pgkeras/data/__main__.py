"""The command line that packs training images once: `pgkeras data DATA --out folder`."""

from pathlib import Path

import click

from pgkeras.command_line import command, run
from pgkeras.data.options import fit_option
from pgkeras.errors import UserError

EPILOG = """\b
DATA is one of
  photos/                   folder of pictures, with subfolders; or photos.zip
  faces.npz                 as `pgkeras crop` writes it
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
  pgkeras data photos/ --out faces --side 128 --fit crop
  pgkeras data cifar-10-python.tar.gz --out cifar10.npz
"""


@command(epilog=EPILOG)
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
    "with_labels",
    default=None,
    help="Insist on classes, or leave them out; of pictures they are the subfolders.  [default: keep those there are]",
)
@click.option("--shard-images", type=click.IntRange(min=1), help="Images per shard.  [default: what makes 1 GB]")
def main(data: Path, out: Path, shard_images: int | None, **options: object) -> None:
    """Packs DATA, images of any format, once into .npz files, which train fastest: memory-mapped, decoded, square."""
    _check_out(out, data, shard_images)
    from pgkeras.data.repack import repack

    repack(data=data, out=out, shard_images=shard_images, **options)


def _check_out(out: Path, data: Path, shard_images: int | None) -> None:
    from pgkeras.data.sources.shards import is_shard_of

    if out.exists() and data.exists() and out.samefile(data):
        raise UserError(f"--out {out}: is DATA itself; choose another")
    if is_shard_of(data, out):
        raise UserError(f"--out {out}: would be read as one of the shards of {data}; choose another folder")
    if not out.name:
        raise UserError(f"--out {out}: give the name of a new folder or file")
    if out.suffix.lower() != ".npz":
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UserError(f"--out {out}: already exists; remove it, or choose another")
    elif out.is_dir():
        raise UserError(f"--out {out}: is a folder; give a file name, or a folder that does not end in .npz")
    elif shard_images:
        raise UserError(f"--shard-images {shard_images}: --out {out} is one file; give a folder, or drop the option")


if __name__ == "__main__":
    run(main)
