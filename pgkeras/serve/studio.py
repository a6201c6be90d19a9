"""A generator behind a lock: faces in, latents and images out."""

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
from pgkeras.runs.generators import load_generator
from pgkeras.sampling import label_size
from pgkeras.serve.face import Face

DIRECTIONS = 10


class Studio:
    """Draws the faces of one generator, one at a time, whatever the number of threads that ask.

    Args:
        generator: latents, or latents and labels -> images.
        label_names: of its classes; none if it takes no labels.

    Attributes:
        directions: float32 (at most 10, latent_size), what the sliders stand for.
        side: of the images, in pixels.

    Raises:
        ValueError: if the generator has no first dense layer, which the directions come from.
    """

    def __init__(self, generator: keras.Model, label_names: Sequence[str] = ()) -> None:
        self.directions = semantic_directions(generator, DIRECTIONS)
        self.label_names = list(label_names)
        self.latent_size = generator.inputs[0].shape[-1]
        self.side = generator.output_shape[1]
        self._generator = generator
        self._lock = Lock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Loads a generator, and draws one face, which compiles it.

        Args:
            path: a .keras file.

        Raises:
            UserError: if it is no generator, or none with a first dense layer.
        """
        generator = load_generator(path)
        classes = label_size(generator)
        try:
            studio = cls(generator, read_label_names(path, classes) if classes else ())
        except ValueError as error:
            raise UserError(
                f"{path}: has no directions for the sliders ({error}); give a generator of pgkeras"
            ) from None
        studio.image(Face(seed=0))
        return studio

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
        if face.label >= max(1, len(self.label_names)):
            classes = f"{len(self.label_names)} classes, counted from 0" if self.label_names else "no classes"
            raise UserError(f"label: this generator has {classes}; received {face.label}")
        start, end = latents_from_seeds(
            [face.seed, face.seed if face.towards is None else face.towards], self.latent_size
        )
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
