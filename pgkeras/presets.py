"""Named configurations: each docstring gives the command, how long it takes and what to expect."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pgkeras.config import ProgressiveConfig

FEW_PHOTOS = 300
"""With fewer, in colour, presets have the options of FOR_FEW_PHOTOS, too."""
FOR_FEW_PHOTOS: dict[str, dict[str, Any]] = {
    "quick": {"augmentation": ("colour", "translation"), "augmentation_target": 0.3},
}


def paper() -> ProgressiveConfig:
    """The paper's training at 1024x1024 with its single-GPU batch sizes (arXiv 1710.10196, appendix A.1).

        pgkeras train faces.npz --out runs --preset paper

    800,000 images in each of the 17 phases, 13.6 million in all: weeks on one GPU, for faces of the paper's Figure 5
    from its 30,000 photos. The authors' own run went on to 19 million: `--straight-kimg 4:800,1024:6200`. On a CPU use
    `quick`, or let this network learn less: `--resolution 32 --minutes 60`.

    The minibatch standard deviation is of the whole batch (section 3), which therefore stays in one piece; where that
    does not fit into memory, `--minibatch-stddev-group 4`, as in the later official code.
    """
    return ProgressiveConfig(resolution=1024, minibatch_stddev_group=16)


def paper_8_gpus() -> ProgressiveConfig:
    """The official code's schedule for 8 GPUs: batches of 512 images at 4x4, of 32 from 64x64 on.

        pgkeras train faces.npz --out runs --preset paper-8-gpus

    600,000 images in each phase and 2.4 million in the last, 12 million in all. Learning rates rise from 128x128 on.
    Every GPU's share is at least one whole group of 4 for the minibatch standard deviation. On fewer GPUs each takes a
    larger share; `--micro-batches` lets it fit.
    """
    rates = {4: 0.001, 128: 0.0015, 256: 0.002, 512: 0.003}
    return ProgressiveConfig(
        resolution=1024,
        straight_kimg={4: 600, 1024: 2400},
        fade_in_kimg=600,
        batch_size={4: 512, 8: 256, 16: 128, 32: 64, 64: 32},
        generator_learning_rate=rates,
        discriminator_learning_rate=rates,
    )


def quick() -> ProgressiveConfig:
    """A small network and a fast loss for one CPU: varied, recognizable small faces from a thousand photos.

        pgkeras train faces.npz --out runs --preset quick --minutes 20

    --minutes sets how long it takes. A third of a million parameters; non-saturating loss with an R1 penalty of weight
    0.3, from 64x64 on 1. It is taken at every eighth step only, because its second derivatives take longer than the
    rest of a step. Most of the images are kept for 32x32 and up. The learning rates are twelve times the paper's: the
    networks never settle, and the moving average of such a generator, with a half-life of up to 22,000 images, makes
    better faces than a generator that does. From 64x64 up there are 16 feature maps. Chosen among the configurations in
    `benchmarks/tuned_quick`. The README's faces of 64x64 have `--fmap-max 128`.

    With fewer than 300 photos in colour it has `--augmentation colour,translation --augmentation-target 0.3`, too,
    against a discriminator that learns them by heart; `--augmentation ""` turns that off.
    """
    return ProgressiveConfig(
        resolution=32,
        latent_size=128,
        fmap_base=512,
        fmap_max=64,
        fmap_min=16,
        straight_kimg={4: 6, 8: 4, 16: 6, 32: 60},
        fade_in_kimg=5,
        batch_size=16,
        generator_learning_rate=0.012,
        discriminator_learning_rate=0.012,
        loss="non-saturating",
        penalty_weight={4: 0.3, 64: 1},
        penalty_interval=8,
        ema_decay=0.9995,
        ema_rampup=0.1,
    )


def dcgan() -> ProgressiveConfig:
    """DCGAN (Radford et al., arXiv 1511.06434): the baseline that progressive growing is measured by.

        pgkeras train faces.npz --out runs --preset dcgan --minutes 20

    The paper's network and settings, section 4: batch normalization, N(0, 0.02²) weights, Adam at 0.0002 with β1 0.5,
    batches of 128. Its 64x64 generator has 1024 feature maps at 4x4: for a CPU, `--fmap-max 256 --fmap-base 512`.
    DCGAN-tensorflow's two generator steps per discriminator step: `--generator-steps 2`.
    """
    return ProgressiveConfig(
        network="dcgan",
        resolution=64,
        latent_size=100,
        fmap_base=2048,
        fmap_max=1024,
        normalize_latents=False,
        minibatch_discrimination="none",
        growing=False,
        equalized_learning_rate=False,
        generator_normalization="batch",
        generator_activation="relu",
        output_activation="tanh",
        discriminator_normalization="batch",
        batch_size=128,
        generator_learning_rate=0.0002,
        discriminator_learning_rate=0.0002,
        loss="non-saturating",
        penalty_weight=0,
        adam_beta1=0.5,
        adam_beta2=0.999,
        ema_decay=0,
        mirror=False,
    )


def keras_bce() -> ProgressiveConfig:
    """The classic Keras recipe, grown: binary cross-entropy, and batch normalization with momentum 0.8.

        pgkeras train faces.npz --out runs --preset keras-bce --resolution 32 --minutes 20

    No penalty holds the discriminator, so it may win: compare with `quick`.
    """
    return ProgressiveConfig(
        **_CLASSIC,
        loss="non-saturating",
        penalty_weight=0,
        generator_normalization="batch",
        discriminator_normalization="batch",
        batch_normalization_momentum=0.8,
    )


def keras_mse() -> ProgressiveConfig:
    """The classic Keras recipe's sibling, grown: mean squared error, without batch normalization.

    pgkeras train faces.npz --out runs --preset keras-mse --resolution 32 --minutes 20
    """
    return ProgressiveConfig(**_CLASSIC, loss="lsgan", generator_normalization="none")


_CLASSIC = {
    "resolution": 32,
    "latent_size": 100,
    "fmap_base": 1024,
    "fmap_max": 128,
    "normalize_latents": False,
    "minibatch_discrimination": "none",
    "equalized_learning_rate": False,
    "output_activation": "tanh",
    "straight_kimg": 60,
    "fade_in_kimg": 60,
    "batch_size": 32,
    "generator_learning_rate": 0.0002,
    "discriminator_learning_rate": 0.0002,
    "adam_beta1": 0.5,
    "adam_beta2": 0.999,
}

# What each row of the paper's Table 1 changes in the one before (section 6.1, appendix A.2); what the paper does not
# say is as in the authors' Theano code: 10 million images, and the learning rates.
TABLE_1: dict[str, dict[str, Any]] = {
    # Gulrajani et al.'s training (arXiv 1704.00028), with the paper's smaller networks.
    "a": {
        "resolution": 128,
        "latent_size": 128,
        "fmap_base": 2048,
        "normalize_latents": False,
        "minibatch_discrimination": "none",
        "growing": False,
        "equalized_learning_rate": False,
        "generator_normalization": "batch",
        "generator_activation": "relu",
        "output_activation": "tanh",
        "discriminator_normalization": "layer",
        "straight_kimg": {4: 800, 128: 2000},
        "fade_in_kimg": 800,
        "batch_size": 64,
        "generator_learning_rate": 0.0001,
        "discriminator_learning_rate": 0.0001,
        "adam_beta2": 0.9,
        "discriminator_steps": 5,
        "drift_weight": 0,
    },
    # Progressive growing.
    "b": {"growing": True},
    # Small minibatch.
    "c": {"batch_size": 16},
    # Revised training parameters: the paper's own, and no batch or layer normalization.
    "d": {
        "latent_size": 512,
        "normalize_latents": True,
        "generator_normalization": "none",
        "generator_activation": "leaky-relu",
        "output_activation": "linear",
        "discriminator_normalization": "none",
        "adam_beta2": 0.99,
        "discriminator_steps": 1,
        "drift_weight": 0.001,
    },
    # Minibatch discrimination (e*), and minibatch standard deviation instead.
    "e-star": {"minibatch_discrimination": "learned"},
    "e": {"minibatch_discrimination": "stddev", "minibatch_stddev_group": 16},
    "f": {"equalized_learning_rate": True, "generator_learning_rate": 0.001, "discriminator_learning_rate": 0.001},
    # Pixelwise normalization.
    "g": {"generator_normalization": "pixel"},
    # Converged: the full networks, trained for longer.
    "h": {"fmap_base": 8192, "straight_kimg": {4: 800, 128: 5000}},
}


def table_1(row: str) -> ProgressiveConfig:
    """A row of the ablation in the paper's Table 1, at its 128x128: `--preset table-1-a` to `table-1-h`, `-e-star`.

        pgkeras train faces.npz --out runs --preset table-1-g --resolution 16 --minutes 10

    Args:
        row: a key of TABLE_1.

    >>> table_1("b").growing, table_1("c").batch_size, table_1("h").minibatch_discrimination
    (True, {4: 16}, 'stddev')
    """
    options: dict[str, Any] = {}
    for name, changes in TABLE_1.items():
        options |= changes
        if name == row:
            break
    return ProgressiveConfig(**options)


PRESETS: dict[str, Callable[[], ProgressiveConfig]] = {
    "paper": paper,
    "paper-8-gpus": paper_8_gpus,
    "quick": quick,
    "dcgan": dcgan,
    "keras-bce": keras_bce,
    "keras-mse": keras_mse,
    **{f"table-1-{row}": partial(table_1, row) for row in TABLE_1},
}
