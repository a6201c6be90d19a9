"""Videos: the way through the latents, and how a run's samples grew."""
