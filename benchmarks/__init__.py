"""Measurements that anyone can repeat; where two things are compared, both are measured in one run."""
