"""The model factory: paired fade-in and straight Keras models for every resolution."""

from pgkeras.networks.discriminator import build_discriminators
from pgkeras.networks.generator import build_generators
from pgkeras.networks.stage_pair import StagePair

__all__ = ["StagePair", "build_discriminators", "build_generators"]
