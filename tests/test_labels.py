"""Labels: one-hot, from files, and the names of classes beside a generator."""

import tracemalloc

import numpy as np
import pytest

from pgkeras.errors import UserError
from pgkeras.labels import load_labels, one_hot, parse_classes, read_label_names


def test_one_hot_of_many_classes_takes_no_table_of_classes_by_classes():
    """2 images of 10,000 classes are 80 kB; the identity matrix would be 400 MB."""
    tracemalloc.start()
    labels = one_hot(np.array([9_999, 0]), 10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.argwhere(labels).tolist() == [[0, 9_999], [1, 0]]
    assert labels.sum() == 2
    assert peak < 200_000


def test_an_npz_under_the_name_of_an_npy_holds_no_labels(tmp_path):
    with (tmp_path / "labels.npy").open("wb") as file:
        np.savez(file, labels=np.zeros(2, int))
    with pytest.raises(UserError, match=r"labels\.npy: cannot be read as \.npy"):
        load_labels(tmp_path / "labels.npy", 3)


def test_names_that_are_no_utf_8_are_an_error(tmp_path):
    (tmp_path / "labels.txt").write_bytes("Bär\nWal\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"labels.txt: is not UTF-8 text; save it as UTF-8"):
        read_label_names(tmp_path / "generator_0004.keras", 2)
    (tmp_path / "labels.txt").write_bytes("Bär\nWal\n".encode())
    assert read_label_names(tmp_path / "generator_0004.keras", 2) == ["Bär", "Wal"]


def test_classes_are_asked_for_by_names_that_hold_commas():
    names = ["0", "hot dog", "tench, Tinca tinca"]
    assert parse_classes("tench, Tinca tinca", names) == [2]
    assert parse_classes(" hot dog , tench, Tinca tinca,0,2", names) == [1, 2, 0, 2]
    for text in ("tench", "hot dog,tench", "", "3"):
        with pytest.raises(UserError, match=r"there is no such class; choose from .*, or by number from 0 to 2"):
            parse_classes(text, names)


@pytest.mark.parametrize("wrong", [[np.nan, 1], [0, 0], [np.inf, 0], [1, -1]], ids=str)
def test_weights_of_no_mixture_are_refused(tmp_path, wrong):
    np.save(tmp_path / "w.npy", np.array([[0.5, 0.5], wrong]))
    with pytest.raises(UserError, match=r"w\.npy: holds weights whose sum is not above 0, or not finite"):
        load_labels(tmp_path / "w.npy", 2)
