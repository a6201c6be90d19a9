"""Comparisons that anyone can repeat: each measures both sides in one run, in turn, and prints ratios."""
