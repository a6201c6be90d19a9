"""pgkeras: progressive growing GANs in Keras 3.

>>> from pgkeras import ProgressiveConfig, build_generators
>>> generators = build_generators(ProgressiveConfig(resolution=16, fmap_max=32))
>>> generators[16].straight.output_shape
(None, 16, 16, 3)
"""

import os

from pgkeras.quiet_tensorflow import quiet_start

# PyTorch's threads wait for each other hundreds of times in a step. Where they share processors with other work,
# spinning for as long as GNU's OpenMP does makes small steps ten times as slow. PyTorch's import reads this.
os.environ.setdefault("GOMP_SPINCOUNT", "3000")

with quiet_start():
    import keras  # noqa: F401

from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.interop import PretrainedNetworks, load_gan_zoo_checkpoint, load_official_pickle
from pgkeras.networks import StagePair, build_discriminators, build_generators

__version__ = "0.1.0"

__all__ = [
    "PretrainedNetworks",
    "ProgressiveConfig",
    "StagePair",
    "UserError",
    "build_discriminators",
    "build_generators",
    "load_gan_zoo_checkpoint",
    "load_official_pickle",
]
