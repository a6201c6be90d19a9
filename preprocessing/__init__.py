"""From a folder of photos to a file of face crops."""
