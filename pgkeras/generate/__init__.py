"""Images from a generator: as they come, or the best of them, as a grid, as files or as an array."""
