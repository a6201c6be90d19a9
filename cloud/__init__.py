"""Training on rented machines."""
