"""The entries of manifest.json for what was exported."""

import hashlib
from collections.abc import Sequence

import numpy as np

from export.contract import (
    GALLERY,
    SIGNATURE,
    TOLERANCES,
    TRUNCATED,
    TRUNCATION,
    Gallery,
    Golden,
    Input,
    Model,
    Output,
    Served,
    Truncation,
)
from export.for_servers import ServerModel
from export.gate import Reference
from export.variant import Source, Variant
from pgkeras.truncation import latents_of_mean

GOLDENS = 2
LONGEST_THUMBNAIL_SIDE = 8


def describe(file: str, variant: Variant, label_names: Sequence[str], source: Source) -> Model:
    """The manifest's entry for a model.

    Args:
        file: its name.
        variant: the model, and what the gate measured.
        label_names: of the classes; empty if the model takes no label.
        source: what it was made from.
    """
    passed, model = variant.passed, variant.model
    latent_size = source.reference.latents.shape[1]
    _, side, _, channels = passed.images.shape
    return Model(
        file=file,
        resolution=side,
        channels=channels,
        latent_size=latent_size,
        labels=list(label_names),
        quantization=variant.quantization,
        bytes=len(model),
        sha256=hashlib.sha256(model).hexdigest(),
        signature=SIGNATURE,
        truncation=_truncation(TRUNCATED, source.reference, passed.truncated),
        gallery=Gallery(signature=GALLERY, batch=source.gallery) if source.gallery else None,
        inputs=_inputs(latent_size, len(label_names)),
        output=Output(name="image", dtype="uint8", shape=[1, side, side, channels], range=(0, 255)),
        operators=passed.lint.operators,
        tolerance=TOLERANCES[variant.quantization],
        difference=passed.fidelity.difference,
        goldens=[_golden(seed, source.reference, passed.images[seed]) for seed in range(GOLDENS)],
    )


def describe_served(model: ServerModel, label_names: Sequence[str], reference: Reference) -> Served:
    """The manifest's entry for a server's model.

    Args:
        model: the file or folder, and what it draws.
        label_names: of the classes; empty if the model takes no label.
        reference: Keras's images.
    """
    _, side, _, channels = model.images.shape
    return Served(
        format=model.format,
        file=model.path.name,
        resolution=side,
        labels=list(label_names),
        sha256=model.digests(),
        truncation=_truncation(
            TRUNCATED if model.format == "saved-model" else None, reference, model.truncated, batch=-1
        ),
        inputs=_inputs(reference.latents.shape[1], len(label_names), batch=-1),
        output=Output(name="image", dtype="uint8", shape=[-1, side, side, channels], range=(0, 255)),
        tolerance=TOLERANCES["float32"],
        difference=model.difference,
        goldens=[_golden(seed, reference, model.images[seed]) for seed in range(GOLDENS)],
    )


def _inputs(latent_size: int, label_size: int, batch: int = 1) -> list[Input]:
    latent = Input(name="latent", dtype="float32", shape=[batch, latent_size], distribution="N(0, 1)")
    if not label_size:
        return [latent]
    return [latent, Input(name="label", dtype="float32", shape=[batch, label_size], distribution="one-hot")]


def _truncation(
    signature: str | None, reference: Reference, images: np.ndarray | None, batch: int = 1
) -> Truncation | None:
    if images is None:
        return None
    classes = 0 if reference.labels is None else reference.labels.shape[1]
    return Truncation(
        signature=signature,
        input=Input(
            name="truncation", dtype="float32", shape=[batch, 1], distribution="from 0, the average, to 1, all variety"
        ),
        average=f"of the features that the first convolution reads, over the latents of seeds 0 to "
        f"{latents_of_mean(classes) - 1}{', of each class' * bool(classes)}",
        goldens=[_golden(0, reference, images[0], TRUNCATION)],
    )


def _golden(seed: int, reference: Reference, image: np.ndarray, truncation: float = 1.0) -> Golden:
    side = max(divisor for divisor in range(1, LONGEST_THUMBNAIL_SIDE + 1) if image.shape[0] % divisor == 0)
    block = image.shape[0] // side
    means = image.reshape(side, block, side, block, -1).mean(axis=(1, 3))
    return Golden(
        seed=seed,
        label=0 if reference.labels is None else int(reference.labels[seed].argmax()),
        truncation=truncation,
        latent=reference.latents[seed].tolist(),
        pixels_sha256=hashlib.sha256(image.tobytes()).hexdigest(),
        thumbnail_side=side,
        thumbnail=means.round(2).ravel().tolist(),
    )
