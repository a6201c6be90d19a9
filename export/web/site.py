"""The site: static files alone, which the page's own service worker keeps on the phone."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import jinja2

import pgkeras
from export.contract import MANIFEST
from export.exported_folder import Exported
from export.web.check import check_models
from export.web.icons import SIDES, write_icons
from export.web.runtime import GLUE, add_runtime, pack_wasm
from pgkeras.latents import LAST_SEED

PAGE = "index.html"
TITLE = "People who don’t exist"
RUNTIME = "runtime"
TILES = 9
_OWN = Path(__file__).parent
_SHARED = Path(pgkeras.__file__).with_name("serve")
_SHARED_FILES = ("faces.js", "page.css")


def write_site(exported: Exported, folder: Path, work: Path) -> None:
    """Writes all files, and draws every model's goldens with them.

    Args:
        exported: the models.
        folder: an empty one, for the site.
        work: another empty one, for the runtime's packages.

    Raises:
        UserError: if the runtime cannot be got, or does not run a model or draws other pictures with it.
    """
    for source in (*(_OWN / "static").iterdir(), *(_SHARED / "static" / name for name in _SHARED_FILES)):
        shutil.copyfile(source, folder / source.name)
    for model in exported.models:
        shutil.copyfile(model, folder / model.name)
    write_icons(folder)
    (folder / MANIFEST).write_text(json.dumps(exported.manifest))
    (folder / "app.webmanifest").write_text(json.dumps(_app_manifest()))
    (folder / PAGE).write_text(_page(exported.manifest), encoding="utf-8")
    add_runtime(work, folder / RUNTIME)
    check_models(folder)
    wasm, wasm_sha256 = pack_wasm(folder / RUNTIME)
    digests = {model["file"]: model["sha256"] for model in exported.manifest["models"]}
    digests[f"{RUNTIME}/{wasm}"] = wasm_sha256
    _describe_site(folder, digests, {"wasm": f"{RUNTIME}/{wasm}", "glue": f"{RUNTIME}/{GLUE}"})


def _page(manifest: dict[str, Any]) -> str:
    """The page without any of its scripts' work."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader([_OWN, _SHARED / "templates"]), autoescape=True, undefined=jinja2.StrictUndefined
    )
    models = manifest["models"]
    return templates.get_template("index.html.j2").render(
        name=TITLE,
        label_names=models[0]["labels"],
        resolutions=[model["resolution"] for model in models],
        truncates=all(model["truncation"] for model in models),
        wall=TILES,
        last_seed=LAST_SEED,
        faces=[face["name"] for face in manifest["faces"]],
        run=manifest["name"],
        pgkeras_version=manifest["pgkeras_version"],
        card=manifest.get("card", {}),
    )


def _app_manifest() -> dict[str, Any]:
    return {
        "name": TITLE,
        "short_name": "pgkeras",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            {"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
            for side in SIDES[1:]
            for purpose in ("any", "maskable")
        ],
    }


def _describe_site(folder: Path, large: dict[str, str], runtime: dict[str, str]) -> None:
    """Writes site.js, by which the page, its worker and the service worker know the site's files and version."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    names = [path.relative_to(folder).as_posix() for path in files]
    kept = {*large, PAGE, "service-worker.js"}
    site = {
        "version": digest.hexdigest(),
        "shell": ["./", "site.js", *(name for name in names if name not in kept)],
        "large": large,
        "bytes": sum((folder / name).stat().st_size for name in large),
        **runtime,
    }
    _address(folder, site["version"], names)
    (folder / "site.js").write_text(f"self.SITE = {json.dumps(site, indent=1)};\n")


def _address(folder: Path, version: str, names: list[str]) -> None:
    """Adds the version to the addresses that pages and scripts load, or a browser's cache would mix two versions."""
    loaded = {folder / name for name in {*names, "site.js"} - {PAGE, "service-worker.js"}}
    for path in (folder / PAGE, *folder.rglob("*.js")):

        def with_version(quoted: re.Match[str], place: Path = path.parent) -> str:
            return f'"{quoted[1]}?{version}"' if place / quoted[1] in loaded else quoted[0]

        text = re.sub(r'"([\w./-]+\.\w+)"', with_version, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
