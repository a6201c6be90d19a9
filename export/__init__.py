"""From trained generators to checked TFLite models; `to_tflite.py` is the command line."""

import pgkeras  # noqa: F401  (before anything imports TensorFlow: it starts TensorFlow without its chatter)
