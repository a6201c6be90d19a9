"""What a training run is made of: its state, its plan and its checkpoints."""
