"""Images that are decoded from picture files each time they are asked for."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import BinaryIO, Protocol

import numpy as np
from PIL import Image
from tqdm import tqdm

from pgkeras.config import Fit
from pgkeras.data.dataset import UnreadableError
from pgkeras.data.fit import HINT, square, square_side
from pgkeras.data.sources.decode import Header, decode, read_header, without_warnings
from pgkeras.data.sources.reason import reason
from pgkeras.data.views import positions
from pgkeras.errors import UserError
from pgkeras.images import resize

LARGEST_DEFAULT_SIDE = 1024
MOST_PIXELS = 89_478_485  # of one picture; Pillow's own limit, which other code of the process may change
TOO_LARGE = f"{{}}: has over {MOST_PIXELS:,} pixels; shrink it or remove it"
MOST_THREADS = 8  # each may hold one picture
MOST_NAMED = 5


class PictureFiles(Protocol):
    """Encoded pictures, in their order.

    Attributes:
        names: relative to the folder or archive.
    """

    names: Sequence[str]

    def __len__(self) -> int:
        """How many there are, at least one."""

    def name(self, index: int) -> str:
        """What errors call a picture."""

    def open(self, index: int) -> BinaryIO:
        """Opens a picture; called from several threads at once."""


class Pictures:
    """Pictures of any sizes as square images of one side.

    All headers are read at once, pixels only when they are asked for. The images are grey if every picture is,
    else RGB.

    Args:
        files: the pictures.
        side: of the images if the pictures' squares vary; default: the largest power of two that is not above the
            smallest square, at most 1024. Pictures whose squares are all of one side keep it.
        fit: what to do with pictures that are not square.

    Raises:
        UserError: if a picture is not square with `fit` "refuse", is smaller than `side`, or has too many pixels.
        UnreadableError: if pictures are not pictures, or, when it is asked for, one is damaged.
    """

    def __init__(self, files: PictureFiles, side: int | None, fit: Fit) -> None:
        self._files = files
        self._fit = fit
        squares = np.empty(len(files), np.int32)
        grey = True
        unreadable = {}
        with without_warnings():
            for index in tqdm(range(len(files)), "sizes", unit="image", delay=2, leave=False, disable=None):
                header = self._header(index, unreadable)
                if header is not None:
                    squares[index] = square_side(header.width, header.height, fit)
                    grey &= header.grey
        if unreadable:
            raise self._error(unreadable)
        side = self._side(squares, side)
        self.shape = (len(files), side, side, 1 if grey else 3)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, indices: slice | np.ndarray) -> np.ndarray:
        chosen = positions(indices, len(self))
        images = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        with without_warnings(), _threads() as pool:
            for place, image in enumerate(pool.map(self._image, chosen)):
                images[place] = image
        return images

    def _header(self, index: int, unreadable: dict[int, str]) -> Header | None:
        name = self._files.name(index)
        try:
            with self._files.open(index) as file:
                header = read_header(file)
        except Image.DecompressionBombError:
            raise UserError(TOO_LARGE.format(name)) from None
        except Exception as error:  # decoders meet broken files with errors of every kind
            unreadable[index] = f"is not a picture that can be read ({reason(error)})"
            return None
        if header.width * header.height > MOST_PIXELS:
            raise UserError(TOO_LARGE.format(name))
        if self._fit == "refuse" and header.width != header.height:
            raise UserError(
                f"{name}: is {header.width}x{header.height}; images must be square, crop them first, {HINT}"
            )
        return header

    def _image(self, index: int) -> np.ndarray:
        try:
            return self._decoded(index)
        except Exception as error:  # as above
            met = {int(index): _undecodable(error)}
            raise self._error(met, look_at_all=partial(self._look_at_all, met)) from None

    def _decoded(self, index: int) -> np.ndarray:
        side, _, channels = self.shape[1:]
        with self._files.open(index) as file:
            pixels = decode(file, channels, smallest=2 * side)
        return resize(square(pixels, self._fit), side)

    def _look_at_all(self, met: Mapping[int, str]) -> UnreadableError:
        everything = range(len(self))
        with without_warnings(), _threads() as pool:
            looked_at = zip(everything, pool.map(self._what_is_wrong, everything), strict=True)
            progress = tqdm(looked_at, "looking at all", len(self), unit="image", delay=2, leave=False, disable=None)
            found = {index: wrong for index, wrong in progress if wrong}
        return self._error(found or met)

    def _what_is_wrong(self, index: int) -> str | None:
        try:
            self._decoded(index)
        except Exception as error:  # as above
            return _undecodable(error)
        return None

    def _error(
        self, wrong: Mapping[int, str], look_at_all: Callable[[], UnreadableError] | None = None
    ) -> UnreadableError:
        named = "; ".join(f"{self._files.name(index)}: {what}" for index, what in islice(wrong.items(), MOST_NAMED))
        if len(wrong) > 1:
            more = f"; and {len(wrong) - MOST_NAMED:,} more" if len(wrong) > MOST_NAMED else ""
            named = f"{len(wrong):,} of {len(self._files):,} pictures are damaged: {named}{more}"
        it = "it" if len(wrong) == 1 else "them"
        return UnreadableError(
            f"{named}; replace or remove {it}", [self._files.names[index] for index in wrong], look_at_all
        )

    def _side(self, squares: np.ndarray, wanted: int | None) -> int:
        smallest = int(squares.min())
        if smallest == squares.max():
            return smallest
        fitting = min(2 ** (smallest.bit_length() - 1), LARGEST_DEFAULT_SIDE)
        if wanted is not None and smallest < wanted:
            raise UserError(
                f"{self._files.name(squares.argmin())}: is only {smallest} pixels wide or high, {wanted} are needed "
                f"({(squares < wanted).sum():,} of {len(squares):,} images are too small); "
                f"remove them, or ask for {fitting}"
            )
        return wanted or fitting


def _undecodable(error: Exception) -> str:
    return f"cannot be decoded ({reason(error)})"


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1))
