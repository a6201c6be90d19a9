"""The model factory: from a config to the models of every resolution."""

from pgkeras.config import ProgressiveConfig
from pgkeras.networks.dcgan import dcgan_discriminators, dcgan_generators
from pgkeras.networks.discriminator import progressive_discriminators
from pgkeras.networks.generator import progressive_generators
from pgkeras.networks.stage_pair import StagePair

_GENERATORS = {"progressive": progressive_generators, "dcgan": dcgan_generators}
_DISCRIMINATORS = {"progressive": progressive_discriminators, "dcgan": dcgan_discriminators}


def build_generators(config: ProgressiveConfig, dtype: str = "float32") -> dict[int, StagePair]:
    """Builds the generators of all resolutions, which share their layers (Table 2).

    Args:
        config: of the network.
        dtype: Keras dtype policy of the layers; images are float32 under every policy.

    Returns:
        A StagePair for each resolution from 4 to config.resolution; for DCGAN, of the last one only. Models take
        latents (batch, latent_size), and one-hot labels (batch, label_size) if there are labels, and give images
        (batch, resolution, resolution, channels), trained to lie in [-1, 1] and not clipped.

    >>> generators = build_generators(ProgressiveConfig(resolution=8, fmap_base=64, latent_size=16))
    >>> generators[8].straight.output_shape
    (None, 8, 8, 3)
    """
    return _GENERATORS[config.network](config, dtype)


def build_discriminators(config: ProgressiveConfig, dtype: str = "float32") -> dict[int, StagePair]:
    """Builds the discriminators of all resolutions, which share their layers (Table 2).

    Args:
        config: of the network.
        dtype: Keras dtype policy of the layers; scores are float32 under every policy.

    Returns:
        A StagePair for each resolution from 4 to config.resolution; for DCGAN, of the last one only. Models take
        images (batch, resolution, resolution, channels) in [-1, 1] and give scores (batch, 1), higher for real ones;
        with labels, a list of scores and label logits (batch, label_size).

    >>> discriminators = build_discriminators(ProgressiveConfig(resolution=8, fmap_base=64))
    >>> discriminators[8].fade_in.output_shape
    (None, 1)
    """
    return _DISCRIMINATORS[config.network](config, dtype)
