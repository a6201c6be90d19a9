"""Named configurations: each docstring gives the command, how long it takes and what to expect."""

from pgkeras.config import ProgressiveConfig


def paper() -> ProgressiveConfig:
    """The paper's training at 1024x1024 with its single-GPU batch sizes (arXiv 1710.10196, appendix A.1).

        python -m pgkeras.train faces.npz --out runs --preset paper

    800,000 images in each of the 17 phases, 13.6 million in all: weeks on one GPU, for faces of the paper's Figure 5
    from its 30,000 photos. On a CPU use `quick`, or let this network learn less: `--resolution 32 --minutes 60`.
    """
    return ProgressiveConfig(resolution=1024)


def quick() -> ProgressiveConfig:
    """A small network and a fast loss for one CPU: varied, recognisable small faces from a thousand photos.

        python -m pgkeras.train faces.npz --out runs --preset quick --minutes 20

    --minutes sets how long it takes. A third of a million parameters; non-saturating loss with a weak R1 penalty at
    every eighth step only, because the penalty's second derivatives are the dearest part of a step.
    """
    return ProgressiveConfig(
        resolution=32,
        latent_size=128,
        fmap_base=512,
        fmap_max=64,
        straight_kimg={4: 12, 8: 8, 16: 12, 32: 40},
        fade_in_kimg=10,
        batch_size=16,
        generator_learning_rate=0.002,
        discriminator_learning_rate=0.002,
        loss="non-saturating",
        penalty_weight=1,
        penalty_interval=8,
        ema_decay=0.995,
    )


PRESETS = {preset.__name__: preset for preset in (paper, quick)}
