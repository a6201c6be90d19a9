"""A local page to play with a generator: seeds, sliders along directions in latent space, the way between two faces."""
