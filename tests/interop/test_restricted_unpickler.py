"""Pickles: ordinary ones come through, hostile ones end in one line, with nothing run and little memory taken."""

import io
import os
import pickle
import struct
import time
import tracemalloc
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from pgkeras import UserError
from pgkeras.interop import restricted_unpickler
from pgkeras.interop.pickled_arrays import NUMPY_GLOBALS, PickledArray
from pgkeras.interop.restricted_unpickler import load_pickle, ordered_dict

PLAIN = {
    "text": ["faces", "ü", ""],
    "numbers": (0, 1, -1, 255, 65536, 2**70, 1.5, True, False, None),
    3: [[], {}, (), (1,), (1, 2), (1, 2, 3)],
    "bytes": [b"", b"\x00\xff" * 200],
}


def load(data: bytes, allowed=None, **options):
    return load_pickle(io.BytesIO(data), Path("some.pkl"), allowed, **options)


def refused(data: bytes, allowed=None) -> str:
    """Loads a hostile pickle; gives its one line."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        with pytest.raises(UserError, match=r"some\.pkl: cannot be read as a pickle") as caught:
            load(data, allowed or NUMPY_GLOBALS)
        assert tracemalloc.get_traced_memory()[1] < 20e6 + 100 * len(data)
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - began < 10
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("protocol", range(6))
def test_plain_objects_of_every_protocol(protocol):
    allowed = {"_codecs.encode": NUMPY_GLOBALS["_codecs.encode"], "__builtin__.bytes": bytes}
    assert load(pickle.dumps(PLAIN, protocol), allowed) == PLAIN


def test_shared_lists_stay_shared():
    shared = [1]
    first, second = load(pickle.dumps([shared, shared]))
    assert first is second


def test_ordered_dicts_and_the_allowed_class():
    pickled = pickle.dumps(OrderedDict(a=1, b=2), 2)
    assert load(pickled, {"collections.OrderedDict": ordered_dict}) == {"a": 1, "b": 2}
    assert "it asks for collections.OrderedDict" in refused(pickled, {"collections.deque": list})


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([1, 2], ">i2"),
        np.array([True, False]),
    ],
)
def test_arrays(protocol, array):
    loaded = load(pickle.dumps(array, protocol), NUMPY_GLOBALS)
    assert isinstance(loaded, PickledArray)
    assert loaded.array.dtype == array.dtype
    np.testing.assert_array_equal(loaded.array, array)


def test_array_scalars():
    assert load(pickle.dumps(np.float32(1.5)), NUMPY_GLOBALS) == 1.5


def test_an_array_of_python_2():
    """As NumPy 1 under Python 2 pickled it (protocol 2): the bytes are a string, the module is numpy.core."""
    data = struct.pack("<2f", 1.5, -2.0)
    pickled = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03"
        b"(K\x01K\x02\x85cnumpy\ndtype\nq\x04U\x02f4K\x00K\x01\x87Rq\x05"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x08" + data + b"tb."
    )
    np.testing.assert_array_equal(load(pickled, NUMPY_GLOBALS).array, np.float32([1.5, -2.0]))


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


def test_nothing_runs(tmp_path):
    marker = tmp_path / "ran"
    assert "it asks for posix.system" in refused(pickle.dumps(Calls(os.system, f"touch {marker}")))
    assert "it asks for builtins.eval" in refused(pickle.dumps(Calls(eval, f"open({str(marker)!r}, 'w')")))
    assert "it asks for os.system" in refused(b"cos\nsystem\n(S'touch ran'\ntR.")
    assert "instruction INST" in refused(b"(S'touch ran'\nios\nsystem\n.")
    assert not marker.exists()


def test_allowed_classes_keep_their_attributes():
    """BUILD on a class, not an instance: Python's unpickler would set attributes of the class."""
    load(b"\x80\x02cnumpy\nndarray\nN}X\x05\x00\x00\x00arrayK\x01s\x86b.", NUMPY_GLOBALS)
    assert isinstance(PickledArray.array, np.ndarray)


HUGE = 10 * 2**30
ARRAY = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n(J\x00\x00\x00\x00tU\x01b\x87R(K\x01"
HOSTILE = {
    "bytes of 10 GB": b"\x80\x04\x8e" + struct.pack("<Q", HUGE) + b"abc.",
    "text of 10 GB": b"\x80\x04\x8d" + struct.pack("<Q", HUGE) + b"abc.",
    "bytearray of 10 GB": b"\x80\x05\x96" + struct.pack("<Q", HUGE) + b"abc.",
    "an integer of 2 GB": b"\x80\x02\x8b\xff\xff\xff\x7fabc.",
    "an integer of 1 MB": b"\x80\x02\x8b\x00\x00\x10\x00" + b"\x7f" * 2**20 + b".",
    "an array of 10 GB": ARRAY + b"\x8a\x05\x00\x00\x00\x80\x02\x85cnumpy\ndtype\nU\x02u1\x85R\x89U\x03abctb.",
    "an array of objects": ARRAY + b"K\x01\x85cnumpy\ndtype\nU\x01O\x85R\x89U\x08abcdefghtb.",
    "tuples in tuples as a key": b"\x80\x02})" + b"\x85" * 200_000 + b"Ns.",
    "shared tuples as a name": b"\x80\x04)q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"h\x00\x93.",
    "shared tuples as a key": b"\x80\x02)q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"}h\x00Ns.",
    "a frame of 10 GB": b"\x80\x04\x95" + struct.pack("<Q", HUGE) + b"N",
    "an empty file": b"",
    "no pickle": b"PNG\r\n",
    "half a pickle": pickle.dumps(PLAIN)[:-20],
    "an empty stack": b"\x80\x02.",
    "more than there is": b"\x80\x02N\x87.",
    "no such memo": b"\x80\x02h\x05.",
    "a call of no function": b"\x80\x02K\x01)R.",
    "an odd dict": b"\x80\x02}(K\x01u.",
    "an item for a number": b"\x80\x02K\x01K\x02a.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles(name):
    refused(HOSTILE[name])


def test_an_ordered_dict_takes_pairs_of_keys_and_values_alone():
    nested = b"\x80\x02ccollections\nOrderedDict\n)q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"%bR."
    for arguments in (b"h\x00K\x01\x86\x85\x85", b"h\x00\x85", b"K\x05\x85", b"]q\x01h\x01a\x85"):
        refused(nested % arguments, {"collections.OrderedDict": ordered_dict})


def test_text_is_made_into_bytes_once():
    """1 MB of text, encoded a thousand times."""
    text = b"\x80\x02c_codecs\nencode\nq\x00X\x00\x00\x10\x00" + b"a" * 2**20 + b"q\x01("
    assert "it makes more of its bytes than they are" in refused(text + b"h\x00h\x01\x85R" * 1000 + b"t.")


def test_small_objects_without_end(monkeypatch):
    monkeypatch.setattr(restricted_unpickler, "MOST_INSTRUCTIONS", 1000)
    assert "more than 1,000 instructions" in refused(b"\x80\x02(" + b"}" * 1000 + b"t.")


def test_a_memo_index_takes_no_memory():
    """Python's own unpickler makes its memo as long as the highest index: 32 GB here."""
    tracemalloc.start()
    assert load(b"\x80\x02K\x05r\xff\xff\xff\x7f.") == 5
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


def test_lists_of_lists_of_lists_take_no_memory():
    """A billion laughs: 10**40 items, in a few hundred bytes."""
    pickled = b"\x80\x02]q\x00" + b"](" + b"](".join([b"h\x00" * 10 + b"eq\x00"] * 40) + b"."
    assert len(load(pickled)) == 10
