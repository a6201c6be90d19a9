"""Which data sets are shown mirrored, too."""

import numpy as np
import pytest

from pgkeras.data import hold_out, open_dataset
from pgkeras.data.pack import write_npz, write_shards
from pgkeras.train import main as train
from tests.command_lines import call
from tests.data.sources import formats
from tests.data.sources.test_sources import WRITERS

SMALL = ["--resolution=4", "--fmap-max=4", "--latent-size=4", "--batch-size=4", "--dry-run"]


def write_mnist(folder):
    return formats.write_idx(folder / "train-images-idx3-ubyte", formats.IMAGES[..., 0])


@pytest.mark.parametrize(("name", "write"), [*WRITERS.items(), ("mnist", write_mnist)])
def test_digits_and_cifar_are_not(tmp_path, name, write):
    path = write(tmp_path)
    assert open_dataset(path).mirror == (name not in ("mnist", "svhn", "cifar100"))
    assert open_dataset(path, labels=name in ("svhn", "cifar100")).mirror == (name not in ("mnist", "svhn", "cifar100"))


def test_neither_are_their_parts_and_packed_copies(tmp_path):
    dataset = open_dataset(write_mnist(tmp_path))
    assert not any(part.mirror for part in hold_out(dataset, 0.5))
    write_npz(tmp_path / "a.npz", dataset, lambda number: None)
    write_shards(tmp_path / "shards", dataset, 5, lambda number: None)
    assert not open_dataset(tmp_path / "a.npz").mirror
    assert not open_dataset(tmp_path / "shards").mirror


@pytest.mark.slow
def test_the_plan_says_so_and_the_option_decides(tmp_path):
    mnist = write_mnist(tmp_path)
    faces = tmp_path / "faces.npz"
    np.savez(faces, images=formats.IMAGES)
    for data, options, said in [
        (mnist, [], "12 images of 32x32, none mirrored; "),
        (mnist, ["--mirror"], "12 images of 32x32, half of them mirrored; "),
        (faces, [], "12 images of 32x32, half of them mirrored; "),
        (faces, ["--preset=dcgan", "--resolution=8"], "12 images of 32x32, none mirrored; "),
    ]:
        assert said in call(train, data, "--out", tmp_path / "runs", *SMALL, *options)
