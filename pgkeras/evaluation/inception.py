"""Fréchet and kernel Inception distance and the Inception score, by torch-fidelity."""

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError

import numpy as np

from pgkeras.errors import UserError
from pgkeras.evaluation.names import INCEPTION

KID_SUBSET = 1000
SCORE_SPLITS = 10


def check_installed(names: Sequence[str]) -> None:
    """Makes sure, before any long work, that torch-fidelity is there.

    Args:
        names: of INCEPTION.

    Raises:
        UserError: if it is not.
    """
    if find_spec("torch_fidelity") is None:
        raise UserError(f"`metrics` {','.join(names)}: install torch-fidelity: pip install torch-fidelity")


def fidelity(
    names: Sequence[str], real: np.ndarray, fake: np.ndarray, *, feature_extractor: str = "inception-v3-compat"
) -> dict[str, float]:
    """Compares what a classifier sees in two sets of images.

    Args:
        names: of INCEPTION. fid: Heusel et al., arXiv 1706.08500; kid: Bińkowski et al., arXiv 1801.01401, over subsets
            of 1,000 images, or of all if there are fewer; isc: Salimans et al., arXiv 1606.03498.
        real: uint8 (images, side, side, channels).
        fake: likewise.
        feature_extractor: torch-fidelity's name of the classifier; by default the Inception network of those papers.

    Returns:
        The values by name; kid times 1,000.

    Raises:
        UserError: if the classifier's weights cannot be downloaded.
    """
    import torch
    import torch_fidelity

    class Pictures(torch.utils.data.Dataset):
        """As torch-fidelity takes them: uint8 (3, side, side)."""

        def __init__(self, images: np.ndarray) -> None:
            self.images = images

        def __len__(self) -> int:
            return len(self.images)

        def __getitem__(self, index: int) -> torch.Tensor:
            image = np.moveaxis(self.images[index], 2, 0)
            return torch.from_numpy(np.broadcast_to(image, (3, *image.shape[1:])).copy())

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This DataLoader will create", UserWarning)
            found = torch_fidelity.calculate_metrics(
                input1=Pictures(fake),
                input2=Pictures(real),
                **{name: name in names for name in INCEPTION},
                isc_splits=SCORE_SPLITS,
                kid_subset_size=min(KID_SUBSET, len(real), len(fake)),
                feature_extractor=feature_extractor,
                cuda=torch.cuda.is_available(),
                cache=False,
                verbose=False,
            )
    except URLError as error:
        from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

        path = Path(torch.hub.get_dir(), "checkpoints", URL_INCEPTION_V3.rpartition("/")[2])
        raise UserError(
            f"`metrics` {','.join(names)}: Inception's weights cannot be downloaded ({error.reason}); on a machine "
            f"with a connection get {URL_INCEPTION_V3} and save it as {path}"
        ) from None
    keys = {"fid": ("frechet_inception_distance", 1), "kid": ("kernel_inception_distance_mean", 1000)}
    keys["isc"] = ("inception_score_mean", 1)
    return {name: scale * float(found[key]) for name, (key, scale) in keys.items() if name in names}
