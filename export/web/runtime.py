"""What the page runs models with: LiteRT for WebAssembly, as npm has it."""

import hashlib
import json
import lzma
import shutil
from importlib import metadata
from pathlib import Path

from export.web.npm import LOCK, install_packages
from pgkeras.errors import UserError

# Without relaxed SIMD, which rounds otherwise on each processor and which iPhones lack, and without threads, which
# need headers that static hosts do not send.
GLUE = "litert_wasm_compat_internal.js"
WASM = "litert_wasm_compat_internal.wasm"
_PARTS = {
    "litert.js": "@litertjs/core/dist/index.js",
    "wasm-utils.js": "@litertjs/wasm-utils/dist/index.js",
    GLUE: f"@litertjs/core/wasm/{GLUE}",
    WASM: f"@litertjs/core/wasm/{WASM}",
    "xz-decompress.min.js": "xz-decompress/dist/package/xz-decompress.min.js",
}
_INTRODUCTION = """The files beside this one come from npm. Digests are of the packages' files, before litert.js got the
names that files have here and the WebAssembly was packed.
"""
_LICENSES = """LiteRT is (c) Google LLC and its contributors; Apache-2.0 is in LICENSE-Apache-2.0.txt.

xz-decompress is (c) Tim Perry; xzwasm, on which it is based, (c) Steve Sanderson; walloc, which it contains, (c) 2020
Igalia, S.L.; xz-embedded, which it contains too, is in the public domain. The MIT licence:

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def add_runtime(work: Path, folder: Path) -> None:
    """Installs the runtime's packages and puts what the page needs of them beside their licences.

    Args:
        work: an empty folder for the packages.
        folder: of the runtime in the site; it is made.

    Raises:
        UserError: if npm is missing or cannot get the packages.
    """
    packages = install_packages(work)
    folder.mkdir(parents=True)
    for name, source in _PARTS.items():
        shutil.copyfile(packages / source, folder / name)
    # Browsers find no packages by name; workers have no import maps.
    _replace(folder / "litert.js", '"@litertjs/wasm-utils"', '"./wasm-utils.js"')
    for name in ("litert.js", "wasm-utils.js"):
        _replace(folder / name, "//# sourceMappingURL=index.js.map", "")
    apache = metadata.distribution("pgkeras").read_text("licenses/LICENSE")  # pgkeras has the same one
    (folder / "LICENSE-Apache-2.0.txt").write_text(apache)
    (folder / "NOTICE.txt").write_text(_notice(json.loads((work / LOCK).read_text()), packages))


def pack_wasm(folder: Path) -> tuple[str, str]:
    """Packs the WebAssembly: by a third more than the gzip of web servers does, and for those that compress nothing.

    Args:
        folder: that `add_runtime` made.

    Returns:
        The file's name in the folder, and the SHA-256 of what it unpacks to.
    """
    unpacked = folder / WASM
    content = unpacked.read_bytes()
    unpacked.unlink()
    packed = folder / f"{WASM}.xz"
    packed.write_bytes(lzma.compress(content, preset=9))
    return packed.name, hashlib.sha256(content).hexdigest()


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if text.count(old) != 1:
        raise UserError(f"{path.name}: the package is not the one that this page was made for; restore {LOCK}")
    path.write_text(text.replace(old, new))


def _notice(lock: dict, packages: Path) -> str:
    """Origin, licence and digests of everything here."""
    parts = [_INTRODUCTION]
    for place, entry in lock["packages"].items():
        name = place.removeprefix("node_modules/")
        if not name:  # this project itself
            continue
        described = json.loads((packages / name / "package.json").read_text())
        files = [part for part in _PARTS.values() if part.startswith(f"{name}/")]
        digests = [f"SHA-256 {hashlib.sha256((packages / part).read_bytes()).hexdigest()}  {part}" for part in files]
        origin = f"{name} {entry['version']}, {entry['license']}, {described['repository']['url']}"
        parts.append("\n".join([origin, entry["integrity"], *digests, ""]))
    return "\n".join([*parts, _LICENSES])
