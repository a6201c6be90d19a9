"""What `pgkeras convert` does."""

import tempfile
from pathlib import Path

import keras
from tqdm import tqdm

from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.files.writing import writing
from pgkeras.interop.load import is_gan_zoo, load_pretrained
from pgkeras.runs.generator_files import generator_file


def convert(network: Path, out: Path) -> None:
    """Writes the generators of others' networks as a run's folder of generators holds them.

    Args:
        network: a .pkl of the official code or a .pt of GAN Zoo.
        out: the folder to make.

    Raises:
        UserError: if the file cannot be read, or the folder already exists or cannot be written.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"{out}: already exists; choose another `out`, or remove it")
    official = not is_gan_zoo(network)
    networks = load_pretrained(network)
    pairs = networks.ema_generators
    largest = pairs[max(pairs)].straight
    print(f"{network}: {'official PGGAN' if official else 'PyTorch GAN Zoo'}, {_description(largest)}")

    trained = {resolution: pairs[resolution].straight for resolution in networks.trained}
    with writing(out):
        _write(trained, out)
    print(f"{', '.join(f'{side}x{side}' for side in trained)}: {out}")
    if len(trained) < len(pairs):
        print(
            f"not {', '.join(f'{side}x{side}' for side in pairs if side not in trained)}: training had not reached them"
        )
    if official:
        print("NVIDIA's published networks are for non-commercial use only (CC BY-NC 4.0), converted ones too")


def _description(generator: keras.Model) -> str:
    side, channels = generator.output_shape[2:]
    latent_size, *label_size = (given.shape[1] for given in generator.inputs)
    return ", ".join(
        [
            f"{side}x{side} {'RGB' if channels == 3 else 'grey'}",
            f"latents of {latent_size}",
            *(f"{labels} labels" for labels in label_size),
            f"{generator.count_params():,} parameters",
        ]
    )


def _write(generators: dict[int, keras.Model], out: Path) -> None:
    """Makes the folder, which appears with all its files or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".incomplete-") as temporary:
        folder = Path(temporary) / out.name
        folder.mkdir()
        for resolution, generator in tqdm(generators.items(), unit="network", disable=None):
            with atomic_path(generator_file(folder, resolution)) as path:
                generator.save(path)
        folder.replace(out)
