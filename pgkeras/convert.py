"""The command line for weights that others trained: `pgkeras convert network.pkl --out folder/`."""

from pathlib import Path

import click

from pgkeras.command_line import command, run

EXAMPLES = """\b
Examples:
  pgkeras convert karras2018iclr-celebahq-1024x1024.pkl --out celebahq
  pgkeras convert gan_zoo_checkpoint.pt --out faces
  pgkeras generate celebahq --out grid.png
"""


@command(epilog=EXAMPLES)
@click.argument("network", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to make.")
def main(network: Path, out: Path) -> None:
    """Converts NETWORK to pgkeras: a .pkl of the official PGGAN code, or a .pt of PyTorch GAN Zoo.

    For each resolution that it was trained to, --out gets a generator_*.keras, the generator's moving average, as a
    run's generators/ does. Nothing in NETWORK is executed.

    NVIDIA's published networks are for non-commercial use only (CC BY-NC 4.0), converted ones too.
    """
    from pgkeras.interop.convert import convert

    convert(network, out)


if __name__ == "__main__":
    run(main)
