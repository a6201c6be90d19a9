"""pgkeras: progressive growing GANs in Keras 3.

>>> from pgkeras import ProgressiveConfig, build_generators
>>> generators = build_generators(ProgressiveConfig(resolution=16, fmap_max=32))
>>> generators[16].straight.output_shape
(None, 16, 16, 3)

Nothing is imported before it is used: Keras and its backend take seconds.
"""

import lazy_loader

from pgkeras.first_import import watch_imports

watch_imports()

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
