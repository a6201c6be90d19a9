"""Weights that others trained: network pickles of the official code, checkpoints of PyTorch GAN Zoo."""

from pgkeras.interop.gan_zoo import load_gan_zoo_checkpoint
from pgkeras.interop.official_pickle import load_official_pickle
from pgkeras.interop.pretrained import PretrainedNetworks

__all__ = ["PretrainedNetworks", "load_gan_zoo_checkpoint", "load_official_pickle"]
