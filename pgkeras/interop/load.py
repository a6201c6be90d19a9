"""Files of other programs, of either kind."""

from pathlib import Path

from pgkeras.interop.gan_zoo import load_gan_zoo_checkpoint
from pgkeras.interop.official_pickle import load_official_pickle
from pgkeras.interop.pretrained import PretrainedNetworks
from pgkeras.interop.torch_file import is_torch_file


def is_gan_zoo(path: Path) -> bool:
    """Whether a file is a checkpoint of PyTorch GAN Zoo, by its first bytes.

    Args:
        path: of any file, or none.
    """
    return path.is_file() and is_torch_file(path)


def load_pretrained(path: Path) -> PretrainedNetworks:
    """Loads a file of either kind; nothing in it is executed.

    Args:
        path: of a .pkl of the official code or a .pt of GAN Zoo.

    Raises:
        UserError: if the file is missing, damaged, something else, or has options that pgkeras does not support.
    """
    return load_gan_zoo_checkpoint(path) if is_gan_zoo(path) else load_official_pickle(path)
