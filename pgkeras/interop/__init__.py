"""Weights that others trained: network pickles of the official code, checkpoints of PyTorch GAN Zoo."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "gan_zoo": ["load_gan_zoo_checkpoint"],
        "load": ["is_gan_zoo", "load_pretrained"],
        "official_pickle": ["load_official_pickle"],
        "pretrained": ["PretrainedNetworks"],
    },
)
