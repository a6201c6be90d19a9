"""The command line that writes a run's page: `pgkeras report runs/00000-faces-64`."""

from pathlib import Path

import click

from pgkeras.command_line import command, run
from pgkeras.files.writing import writing

EXAMPLES = """\b
Example:
  pgkeras report runs/00000-faces-64
"""


@command(epilog=EXAMPLES)
@click.argument("path", metavar="RUN", type=click.Path(path_type=Path))
def main(path: Path) -> None:
    """Writes RUN's report.html again from the files in its folder.

    Training does so itself at snapshots. A run that is still training is not disturbed.
    """
    from pgkeras.report import write_report
    from pgkeras.runs.folder import RunFolder

    folder, _ = RunFolder.open(path)
    with writing(folder.report):
        write_report(folder)
    print(f"wrote {folder.report}")


if __name__ == "__main__":
    run(main)
