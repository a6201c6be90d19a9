"""What a training run is made of: its state, its plan, its folder and its checkpoints."""
