"""A training run: its state, its plan, its folder and the loop over the phases."""
