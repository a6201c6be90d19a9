"""Measurements that anyone can repeat; where two things are compared, both are measured in one run."""

import pgkeras  # noqa: F401  (before Keras and TensorFlow, so that they start as in the commands)
