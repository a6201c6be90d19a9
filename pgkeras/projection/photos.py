"""Photos as the training images were: ready crops as they are, others cropped in the same way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import keras
import numpy as np
from PIL import Image, UnidentifiedImageError

from pgkeras.data.sources.crop_options import read_crop_options
from pgkeras.data.sources.decode import LARGEST_JPEG, decode, read_header
from pgkeras.data.sources.reason import reason
from pgkeras.errors import UserError
from pgkeras.images import resize
from pgkeras.runs.folder import RunFolder, is_run
from pgkeras.tools import import_tool

SHOWN_SIDE = 512  # pixels of a photo that are enough to show it

Image.MAX_IMAGE_PIXELS = LARGEST_JPEG  # beyond it Pillow warns, and beyond twice as many it refuses


@dataclass(frozen=True)
class Photo:
    """A photo and what the generator has to find.

    Attributes:
        picture: uint8 (height, width, channels), all of it, perhaps smaller.
        crop: uint8 (side, side, channels), as the generator's images.
    """

    picture: np.ndarray
    crop: np.ndarray


@dataclass(frozen=True)
class Photos:
    """Opens photos for a generator.

    Attributes:
        side: of its images, in pixels.
        channels: of its images.
        crop_side: of its training images, in pixels; None if that is not known.
        options: with which `pgkeras crop` cropped them, JSON; None if it did not, or that is not known.
    """

    side: int
    channels: int
    crop_side: int | None = None
    options: str | None = None

    @classmethod
    def for_generator(cls, run_or_model: Path, generator: keras.Model) -> Self:
        """Looks up what a run knows of its training images.

        Args:
            run_or_model: a run, or another place of generators, of whose training nothing is known.
            generator: of it.
        """
        side, channels = generator.output_shape[2:]
        if not is_run(run_or_model):
            return cls(side, channels)
        _, description = RunFolder.open(run_or_model)
        return cls(side, channels, description.side, read_crop_options(Path(description.data)))

    def open(self, path: Path) -> Photo:
        """Opens a photo, and crops it if it is none of the training set's crops already.

        Those are square, and as large as the training images or the generator's. Where it is not known how the training
        set was cropped, every square picture is one.

        Args:
            path: of a picture in any format that Pillow opens.

        Raises:
            UserError: if it cannot be read, is too small, must be cropped and cannot be, or shows no face, or several.
        """
        try:
            with path.open("rb") as file:
                header = read_header(file)
                if header.width * header.height > header.most_pixels:
                    raise UserError(f"{path}: has over {header.most_pixels:,} pixels; shrink it")
                picture = decode(file, self.channels, smallest=max(SHOWN_SIDE, 2 * self.side))
        except UserError:
            raise
        except Exception as error:  # decoders meet broken files with errors of every kind
            raise UserError(f"{path}: is not a picture that can be read ({_why(error)}); give another photo") from None
        width, height = header.width, header.height
        if min(width, height) < self.side:
            raise UserError(
                f"{path}: is {width}x{height}, smaller than the generator's images of {self.side}x{self.side}; give a "
                "larger photo"
            )
        if width == height and (self.options is None or width in (self.side, self.crop_side)):
            return Photo(picture, resize(picture, self.side))
        return Photo(picture, resize(self._cropped(path, width, height), self.side))

    def _cropped(self, path: Path, width: int, height: int) -> np.ndarray:
        needed = f"{path}: is {width}x{height} and must be cropped first"
        if self.options is None:
            raise UserError(f"{needed}, but how the training images were cropped is not known; give a square crop")
        try:
            cropping = import_tool("preprocessing.single_photo")
        except ImportError as error:
            raise UserError(f"{needed}, for which {error.name} is missing; pip install 'pgkeras[faces]'") from None
        crop = cropping.crop_photo(path, self.options)
        return crop if self.channels == 3 else np.asarray(Image.fromarray(crop).convert("L"))[..., None]


def _why(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "it is in no known format"
    return getattr(error, "strerror", None) or reason(error)
