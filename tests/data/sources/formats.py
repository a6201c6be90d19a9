"""Writes data sets in the formats of others, with the libraries that they are written with."""

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import h5py
import lmdb
import numpy as np
import scipy.io
from PIL import Image

from pgkeras.data.sources.example_message import Example
from pgkeras.data.tfrecord import framed

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 0])


def write_pictures(folder: Path, images: np.ndarray = IMAGES, suffix: str = ".png") -> Path:
    """A folder of 000.png and on."""
    for number, image in enumerate(images):
        write_picture(folder / f"{number:03}{suffix}", image)
    return folder


def write_picture(path: Path, image: np.ndarray, **options) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(path, **options)
    return path


def write_zip(path: Path, images: np.ndarray = IMAGES, dataset_json: str | None = None) -> Path:
    """As StyleGAN's dataset tool: stored PNGs in numbered subfolders, and their labels."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, image in enumerate(images):
            archive.writestr(f"00000/img{number:08}.png", encoded(image))
        if dataset_json is not None:
            archive.writestr("dataset.json", dataset_json)
    return path


def encoded(image: np.ndarray, format_name: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format_name)
    return buffer.getvalue()


def write_npz(path: Path, **arrays) -> Path:
    np.savez(path, **({"images": IMAGES, "labels": LABELS} | arrays))
    return path


def write_tfrecords(folder: Path, images: np.ndarray = IMAGES, labels: np.ndarray | None = LABELS) -> Path:
    """The largest two resolutions of a set."""
    folder.mkdir(parents=True, exist_ok=True)
    for exponent, here in ((4, images[:, ::2, ::2]), (5, images)):
        records = [example(shape=image.shape, data=image.tobytes()) for image in here.transpose(0, 3, 1, 2)]
        (folder / f"set-r{exponent:02}.tfrecords").write_bytes(b"".join(map(framed, records)))
    if labels is not None:
        with (folder / "set-rxx.labels").open("wb") as file:
            np.save(file, np.eye(10, dtype=np.float32)[labels])
    return folder


def example(**features: bytes | tuple[int, ...]) -> bytes:
    """A serialized `tf.train.Example`."""
    message = Example()
    for name, value in features.items():
        if isinstance(value, bytes):
            message.features.feature[name].bytes_list.value.append(value)
        else:
            message.features.feature[name].int64_list.value.extend(value)
    return message.SerializeToString()


class _Python2Pickler(pickle._Pickler):
    """Writes text and bytes alike as Python 2's `str`."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_string(self, text: str | bytes) -> None:
        data = text.encode("latin1") if isinstance(text, str) else text
        opcode = pickle.SHORT_BINSTRING + struct.pack("<B", len(data)) if len(data) < 256 else None
        self.write((opcode or pickle.BINSTRING + struct.pack("<i", len(data))) + data)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_string


def python2_pickle(thing: object) -> bytes:
    """A pickle as CIFAR's: protocol 2, from Python 2 and a NumPy of its time."""
    buffer = io.BytesIO()
    _Python2Pickler(buffer, protocol=2).dump(thing)
    return buffer.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def write_cifar10(folder: Path, images: np.ndarray = IMAGES[:10], labels: np.ndarray = LABELS[:10]) -> Path:
    """Five batches of equal size."""
    folder.mkdir(parents=True)
    flat = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    for number, (rows, classes) in enumerate(zip(np.split(flat, 5), np.split(labels, 5), strict=True), 1):
        batch = {
            b"batch_label": f"training batch {number} of 5".encode(),
            b"labels": classes.tolist(),
            b"data": rows,
            b"filenames": [b"a.png"] * len(rows),
        }
        (folder / f"data_batch_{number}").write_bytes(python2_pickle(batch))
    (folder / "test_batch").write_bytes(python2_pickle({b"data": flat, b"labels": labels.tolist()}))
    names = [b"airplane", b"automobile", b"bird", b"cat", b"deer", b"dog", b"frog", b"horse", b"ship", b"truck"]
    meta = {b"num_cases_per_batch": 10000, b"label_names": names, b"num_vis": 3072}
    (folder / "batches.meta").write_bytes(python2_pickle(meta))
    return folder


def write_cifar100(folder: Path, images: np.ndarray = IMAGES, labels: np.ndarray = LABELS) -> Path:
    folder.mkdir(parents=True)
    flat = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    batch = {b"filenames": [], b"fine_labels": labels.tolist(), b"coarse_labels": [0] * len(labels), b"data": flat}
    (folder / "train").write_bytes(python2_pickle(batch))
    (folder / "test").write_bytes(python2_pickle(batch))
    fine = [f"fine {number}".encode() for number in range(100)]
    (folder / "meta").write_bytes(python2_pickle({b"fine_label_names": fine, b"coarse_label_names": [b"coarse"]}))
    return folder


def write_archive(path: Path, folder: Path) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, folder.name)
    return path


def write_idx(path: Path, array: np.ndarray) -> Path:
    """One idx file; gzipped if its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    with gzip.open(path, "wb") if path.suffix == ".gz" else path.open("wb") as file:
        file.write(header + array.astype(np.uint8).tobytes())
    return path


def write_svhn(path: Path, images: np.ndarray = IMAGES, labels: np.ndarray = LABELS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    digits = np.where(labels == 0, 10, labels).astype(np.uint8)[:, None]
    scipy.io.savemat(path, {"X": images.transpose(1, 2, 3, 0), "y": digits}, do_compression=True)
    return path


def write_lsun(folder: Path, pictures: list[bytes] | dict[bytes, bytes]) -> Path:
    if isinstance(pictures, list):
        pictures = {f"{number:040x}".encode(): picture for number, picture in enumerate(pictures)}
    with lmdb.open(str(folder), map_size=2**24) as environment, environment.begin(write=True) as transaction:
        for key, picture in pictures.items():
            transaction.put(key, picture)
    return folder


def write_hdf5(path: Path, **arrays) -> Path:
    with h5py.File(path, "w") as file:
        for name, array in ({"images": IMAGES, "labels": LABELS} | arrays).items():
            if array is not None:
                file.create_dataset(name, data=array, compression="gzip")
    return path
