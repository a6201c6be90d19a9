"""Named configurations: each docstring gives the command, how long it takes and what to expect."""

from pgkeras.config import ProgressiveConfig


def paper() -> ProgressiveConfig:
    """The paper's training at 1024x1024 with its single-GPU batch sizes (arXiv 1710.10196, appendix A.1).

        python -m pgkeras.train faces.npz --out runs --preset paper

    800,000 images in each of the 17 phases, 13.6 million in all. On one GPU of its time this took weeks; on a CPU
    use `quick`, or try the network at a small size with `--resolution 32 --minutes 60`.
    """
    return ProgressiveConfig(resolution=1024)


def quick() -> ProgressiveConfig:
    """A small network for one CPU: recognisable faces in minutes.

    python -m pgkeras.train faces.npz --out runs --preset quick --resolution 32 --minutes 20
    """
    return ProgressiveConfig(
        resolution=32,
        latent_size=128,
        fmap_base=1024,
        fmap_max=64,
        batch_size=32,
        straight_kimg=40,
        fade_in_kimg=40,
    )


PRESETS = {preset.__name__: preset for preset in (paper, quick)}
