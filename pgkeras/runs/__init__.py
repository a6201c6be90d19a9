"""A run's folder: its files and their names, for training, which writes them, and for all that reads them.

`folder.py` knows every name, `description.py` is config.json, `generators.py` finds and loads the networks.
"""
