"""A generator behind a lock: faces in, latents and images out."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Self

import keras
import numpy as np

from pgkeras.directions import semantic_directions
from pgkeras.errors import UserError
from pgkeras.images import to_uint8
from pgkeras.labels import one_hot, read_label_names
from pgkeras.latents import interpolate, latents_from_seeds
from pgkeras.projection.photos import Photos
from pgkeras.projection.search import project
from pgkeras.runs.generators import load_generator
from pgkeras.sampling import label_size
from pgkeras.serve.face import Face

DIRECTIONS = 10
MOST_SECONDS = 120  # to look for a photo


class Studio:
    """Draws the faces of one generator, one at a time, whatever the number of threads that ask.

    Args:
        generator: latents, or latents and labels -> images.
        label_names: of its classes; none if it takes no labels.
        photos: opens those that are to be found.

    Attributes:
        directions: float32 (at most 10, latent_size), what the sliders stand for.
        side: of the images, in pixels.

    Raises:
        ValueError: if the generator has no first dense layer, which the directions come from.
    """

    def __init__(self, generator: keras.Model, label_names: Sequence[str], photos: Photos) -> None:
        self.directions = semantic_directions(generator, DIRECTIONS)
        self.label_names = list(label_names)
        self.latent_size = generator.inputs[0].shape[-1]
        self.side = generator.output_shape[1]
        self._generator = generator
        self._photos = photos
        self._found: list[np.ndarray] = []
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path, run_or_model: Path) -> Self:
        """Loads a generator, and draws one face, which compiles it.

        Args:
            path: a .keras file.
            run_or_model: that it is from; a run knows how to crop photos.

        Raises:
            UserError: if it is not a generator, or none with a first dense layer.
        """
        generator = load_generator(path)
        classes = label_size(generator)
        try:
            label_names = read_label_names(path, classes) if classes else ()
            studio = cls(generator, label_names, Photos.for_generator(run_or_model, generator))
        except ValueError as error:
            raise UserError(
                f"{path}: has no directions for the sliders ({error}); give a generator of pgkeras"
            ) from None
        studio.image(Face(seed=0))
        return studio

    def find(self, content: bytes, label: int) -> int:
        """Looks for a photo's face, which `Face.face` can then name.

        Args:
            content: of the photo's file, which nothing is kept of.
            label: number of the class that it shows; 0 if the generator has none.

        Returns:
            The number of the face.

        Raises:
            UserError: if the photo cannot be used, there is no such class, or it takes too long.
        """
        self._check_label(label)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "photo")
            path.write_bytes(content)
            try:
                crop = self._photos.open(path).crop
            except UserError as error:
                raise UserError(str(error).replace(str(path), "The photo")) from None
        end = time.monotonic() + MOST_SECONDS

        def check_time(_: int) -> None:
            if time.monotonic() > end:
                raise UserError(f"Looking for the face takes over {MOST_SECONDS} seconds; use pgkeras project instead")

        labels = one_hot(np.array([label]), len(self.label_names))[0] if self.label_names else None
        with self._lock:
            (found,) = project(self._generator, crop[None], labels=labels, on_steps=check_time)
            self._found.append(found.latent)
            return len(self._found) - 1

    def latent(self, face: Face) -> np.ndarray:
        """The latent of a face.

        Args:
            face: what to draw.

        Returns:
            float32 (1, latent_size).

        Raises:
            UserError: if the generator lacks one of the face's sliders or its class.
        """
        if len(face.sliders) > len(self.directions):
            raise UserError(f"sliders: there are {len(self.directions)}; received {len(face.sliders)} numbers")
        self._check_label(face.label)
        start = self._start(face)
        end = start if face.towards is None else latents_from_seeds([face.towards], self.latent_size)[0]
        steps = np.array(face.sliders, np.float32)
        return (interpolate(start, end, face.way) + steps @ self.directions[: len(steps)])[None]

    def image(self, face: Face) -> np.ndarray:
        """The image of a face.

        Args:
            face: what to draw.

        Returns:
            uint8 (side, side, channels).

        Raises:
            UserError: if the generator lacks one of the face's sliders or its class.
        """
        latent = self.latent(face)
        inputs = [latent, one_hot(np.array([face.label]), len(self.label_names))] if self.label_names else latent
        with self._lock:
            images = self._generator.predict_on_batch(inputs)
        return to_uint8(images[0])

    def _start(self, face: Face) -> np.ndarray:
        if face.seed is not None:
            return latents_from_seeds([face.seed], self.latent_size)[0]
        if face.face >= len(self._found):
            raise UserError(f"face: {len(self._found)} were found since the server began; received {face.face}")
        return self._found[face.face]

    def _check_label(self, label: int) -> None:
        if not 0 <= label < max(1, len(self.label_names)):
            classes = f"{len(self.label_names)} classes, counted from 0" if self.label_names else "no classes"
            raise UserError(f"label: this generator has {classes}; received {label}")
