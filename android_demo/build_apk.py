"""The command line that builds the app: `pgkeras apk exported --out pgkeras-demo.apk`."""

import shutil
import tempfile
from pathlib import Path

import click

import pgkeras
from android_demo.apk.artifacts import FOR_THE_APP, PLATFORM
from android_demo.apk.assemble import assemble
from android_demo.apk.gates import check_apk
from android_demo.apk.maven import fetch
from android_demo.apk.sizes import sizes
from android_demo.apk.tools import require_tools
from export.exported_folder import read_exported
from pgkeras.command_line import command, run
from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path

EXAMPLES = """\b
Example:
  pgkeras apk exported --out pgkeras-demo.apk
  adb install pgkeras-demo.apk
"""


@command(epilog=EXAMPLES)
@click.argument("exported", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("pgkeras-demo.apk"), show_default=True, help="The APK."
)
def main(exported: Path, out: Path) -> None:
    """Builds an Android app around the models of EXPORTED, a folder that pgkeras export wrote.

    Of each resolution it bundles one model: float16 where there is one. The APK is signed with the demo's debug key
    and appears only when it has passed the gates: signature, badging, alignment, and code that every phone can run.
    """
    if out.is_dir():
        raise UserError(f"--out {out} is a folder: give a file name, as in {out / 'pgkeras-demo.apk'}")
    if not out.parent.is_dir():
        raise UserError(f"--out {out}: there is no folder {out.parent}; make it first")
    require_tools()
    folder = read_exported(exported)
    artifacts = fetch(FOR_THE_APP)
    with tempfile.TemporaryDirectory(prefix="apk-") as work:
        apk = assemble(folder, artifacts, pgkeras.__version__, Path(work))
        check_apk(apk, artifacts[PLATFORM])
        with atomic_path(out) as complete:
            shutil.copyfile(apk, complete)
    for part, size in sizes(out).items():
        print(f"{size / 1e6:>8.2f} MB  {part}")
    print(f"{out}: signed by schemes 2 and 3, passed all gates; install it with: adb install -r {out}")


if __name__ == "__main__":
    run(main)
