"""The model factory: paired fade-in and straight Keras models for every resolution."""

from pgkeras.networks.factory import build_discriminators, build_generators
from pgkeras.networks.stage_pair import StagePair

__all__ = ["StagePair", "build_discriminators", "build_generators"]
