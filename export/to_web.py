"""The command line that makes a web page of exported models: `python export/to_web.py exported --out site`."""

import gzip
import shutil
import tempfile
from pathlib import Path

import click

from export.complete_folder import complete_folder
from export.exported_folder import Exported, read_exported
from pgkeras.command_line import command, run
from pgkeras.errors import UserError
from pgkeras.files.writing import writing

EXAMPLES = """\b
Example:
  pgkeras web exported --out site
  python -m http.server --directory site
"""


@command(epilog=EXAMPLES)
@click.argument("exported", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True, help="A new or empty folder."
)
def main(exported: Path, out: Path) -> None:
    """Makes a page that draws faces in the browser, from EXPORTED, a folder that pgkeras export wrote.

    The folder needs a static host and no server of its own. After the first visit over HTTPS it works without a
    network, from a phone's home screen too; if that takes more than 32 MB, it asks first. Of each resolution it has one
    model: float16 where there is one.
    """
    _check_empty(out)
    models = _read(exported)
    from export.web.site import PAGE, RUNTIME, write_site

    with complete_folder(out, last=PAGE) as folder, tempfile.TemporaryDirectory(prefix="web-") as scratch:
        work = Path(scratch)
        site = work / "site"
        site.mkdir()
        write_site(models, site, work)
        with writing(out):
            shutil.copytree(site, folder, dirs_exist_ok=True)
    _print_sizes(out, RUNTIME)
    print(f"{out}: put it on any static host with HTTPS; here: python -m http.server --directory {out}")


def _check_empty(out: Path) -> None:
    try:
        empty = not out.exists() or not any(out.iterdir())
    except OSError:  # it is a file, or not this user's
        empty = False
    if not empty:
        raise UserError(f"--out {out}: is not an empty folder; give another, or empty it")


def _read(exported: Path) -> Exported:
    models = read_exported(exported)
    for model in models.manifest["models"]:
        if "truncation" not in model:
            raise UserError(f"{exported}: was written by an older pgkeras; export again with pgkeras export")
    return models


def _print_sizes(out: Path, runtime: str) -> None:
    parts = {"page": [0, 0], runtime: [0, 0]}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        content = path.read_bytes()
        part = runtime if runtime in path.parts[-2:-1] else path.name if path.suffix == ".tflite" else "page"
        sizes = parts.setdefault(part, [0, 0])
        sizes[0] += len(content)
        sizes[1] += min(len(content), len(gzip.compress(content)))
    parts["whole"] = [sum(each) for each in zip(*parts.values(), strict=True)]
    for part, (size, compressed) in parts.items():
        print(f"{size / 1e6:>8.2f} MB  {compressed / 1e6:>8.2f} MB gzipped  {part}")


if __name__ == "__main__":
    run(main)
