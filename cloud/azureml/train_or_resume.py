"""What the job runs: it trains or, where an earlier try was cut short, goes on."""

from pathlib import Path

import click

from pgkeras.command_line import command, run
from pgkeras.runs.checkpoint_file import list_checkpoints
from pgkeras.runs.folder import RunFolder, list_runs
from pgkeras.train import main as train

EXAMPLES = """\b
Example:
  python cloud/azureml/train_or_resume.py faces.npz --out runs -- --preset quick --resolution 64
"""


@command(epilog=EXAMPLES)
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("train_arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of runs.")
def main(data: Path, train_arguments: tuple[str, ...], out: Path) -> None:
    """Trains on DATA in a new folder under --out, or goes on with the newest run there that has a checkpoint.

    TRAIN_ARGUMENTS are options of pgkeras train for a new run. A run that goes on keeps those it began
    with, and one that is finished stays as it is.
    """
    begun = newest_run_with_checkpoint(out)
    if begun:
        print(f"{begun}: has a checkpoint, so this job goes on with it", flush=True)
    choice = ["--resume", begun] if begun else ["--out", out, *train_arguments]
    train.main([str(each) for each in (data, *choice)], prog_name="pgkeras train", standalone_mode=False)


def newest_run_with_checkpoint(out: Path) -> Path | None:
    """The run to go on with.

    The folder alone does not count: where several workers share it, a late one would see what an early one has just
    begun. The first checkpoint comes after all of them have met, so they all decide alike.

    Args:
        out: the folder of runs; it may be missing.

    Returns:
        The run with the highest number, or None if no run has a checkpoint.
    """
    return max((each for each in list_runs(out) if list_checkpoints(RunFolder(each).checkpoints)), default=None)


if __name__ == "__main__":
    run(main)
