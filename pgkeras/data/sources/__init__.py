"""All data formats, and which of them a path is."""

from dataclasses import replace
from pathlib import Path

from pgkeras.config import Fit
from pgkeras.data.dataset import Dataset
from pgkeras.data.existence import check_exists
from pgkeras.data.fit import square_images
from pgkeras.data.sources.cifar import is_cifar, open_cifar
from pgkeras.data.sources.hdf5 import is_hdf5, open_hdf5
from pgkeras.data.sources.idx import is_idx, open_idx
from pgkeras.data.sources.image_folder import open_image_folder
from pgkeras.data.sources.image_zip import is_image_zip, open_image_zip
from pgkeras.data.sources.lsun import is_lsun, open_lsun
from pgkeras.data.sources.npy import is_npy, open_npy
from pgkeras.data.sources.npz import is_npz, open_npz_dataset
from pgkeras.data.sources.reason import reason
from pgkeras.data.sources.shards import is_shards, open_shards
from pgkeras.data.sources.svhn import is_svhn, open_svhn
from pgkeras.data.sources.tfrecords import is_tfrecords, open_tfrecords
from pgkeras.errors import UserError

ARRAYS = (
    (is_npz, open_npz_dataset),
    (is_npy, open_npy),
    (is_shards, open_shards),
    (is_tfrecords, open_tfrecords),
    (is_cifar, open_cifar),
    (is_idx, open_idx),
    (is_svhn, open_svhn),
    (is_hdf5, open_hdf5),
)
PICTURES = (
    (is_lsun, open_lsun),
    (is_image_zip, open_image_zip),
    (Path.is_dir, open_image_folder),
)


def open_dataset(path: Path, *, side: int | None = None, fit: Fit = "refuse", labels: bool = False) -> Dataset:
    """Opens training images of any format; which one, their names and first bytes tell.

    Args:
        path: one of
            an .npz with `images`, as `pgkeras crop` and `pgkeras data` write it; an .npy, or a folder of them;
            a folder of such shards, `faces-00000.npz` and on, or a pattern such as `folder/faces-*.npz`;
            a folder of pictures, searched with all its subfolders, or a .zip of them;
            a folder of PGGAN's or StyleGAN's multi-resolution TFRecords;
            CIFAR-10's or CIFAR-100's Python batches, their folder or .tar.gz;
            MNIST, Fashion-MNIST or EMNIST, a folder, torchvision's too, or an `-images-idx3-ubyte` file, also .gz;
            SVHN's cropped digits, `train_32x32.mat`;
            an LSUN folder (LMDB of pictures), or its `data.mdb`;
            an HDF5 file with `images`.
        side: in pixels, of the images if their sizes vary; default: the largest power of two that is not above the
            smallest image's side, at most 1024. Images all of one size keep it.
        fit: what to do with images that are not square: "refuse", "crop" to their centre, or "pad" with black.
        labels: whether the classes are wanted. Of pictures these are the subfolders, sorted by name, unless a
            `dataset.json` in StyleGAN's format names others.

    Returns:
        The data set, with labels if and only if they were wanted.

    Raises:
        UserError: if there is no such file, it is damaged, or of no known format; for a picture, also when it is read.
        NoLabelsError: if labels are wanted, but there are none.
    """
    try:
        return _open(path, side, fit, labels)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({reason(error)}); check its permissions") from None


def _open(path: Path, side: int | None, fit: Fit, labels: bool) -> Dataset:
    check_exists(path)
    for recognises, open_arrays in ARRAYS:
        if recognises(path):
            dataset = open_arrays(path, labels)
            return replace(dataset, images=square_images(dataset.images, fit, path))
    for recognises, open_pictures in PICTURES:
        if recognises(path):
            return open_pictures(path, side, fit, labels)
    raise UserError(
        f"{path}: is of no known format; see pgkeras data --help, or give a folder of pictures "
        "(archives unpacked, but for .zip)"
    )
