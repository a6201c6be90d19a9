"""Files on disk: whole or not at all, locked, listed, and what goes wrong with them in words."""
