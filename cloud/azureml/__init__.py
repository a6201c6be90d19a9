"""Training on Azure Machine Learning; `submit.py` is the command line."""
