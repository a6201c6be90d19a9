"""From a folder of photos to a file of face crops."""

import pgkeras  # noqa: F401 - silences TensorFlow's start-up before mtcnn imports it
