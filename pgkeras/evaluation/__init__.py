"""Generated images against real ones: where both come from, and what is measured."""
