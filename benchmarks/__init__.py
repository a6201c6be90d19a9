"""Comparisons that anyone can repeat: both sides of each are measured in one run."""
