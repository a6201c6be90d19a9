"""From trained generators to checked TFLite models; `to_tflite.py` is the command line, `verify.py` the receiver's."""

from contextlib import suppress

with suppress(ImportError):  # verify.py runs where there is neither Keras nor TensorFlow
    import pgkeras  # noqa: F401  (before anything imports TensorFlow: it starts TensorFlow without its chatter)
