"""An exported folder as the app and the web page take it: intact, with one model of each resolution."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from export.contract import FORMAT_VERSION, MANIFEST, Model
from export.verify import find_contradiction
from pgkeras.errors import UserError

# As the app prefers them: half the size of float32 first.
PREFERENCE = ("float16", "float32", "dynamic", "int8")
_OF_MODELS = tuple(name for name in Model.model_fields if name != "truncation")
_REMEDY = "export again with pgkeras export"


@dataclass(frozen=True)
class Exported:
    """A folder whose files are what its manifest says.

    Attributes:
        manifest: of the models to bundle only: one of each resolution.
        models: their files.
    """

    manifest: dict[str, Any]
    models: list[Path]


def read_exported(folder: Path) -> Exported:
    """Reads an exported folder and chooses a model of each resolution: float16 where there is one.

    Args:
        folder: that `pgkeras export` wrote.

    Raises:
        UserError: if the manifest or a model is missing or damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise UserError(f"{folder}: has no {MANIFEST}; give a folder that pgkeras export wrote")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format_version"] != FORMAT_VERSION:
            raise UserError(f"{path}: has format_version {manifest['format_version']}, not {FORMAT_VERSION}; {_REMEDY}")
        _check_complete(manifest)
        models = _choose(manifest["models"])
        if not models:
            raise UserError(f"{path}: describes no model; {_REMEDY}")
        faces = [_whole(path, face, models) for face in manifest.get("faces", [])]
        files = [_intact(folder, model) for model in models]
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: is not a manifest ({type(error).__name__}: {error}); {_REMEDY}") from None
    return Exported(manifest | {"faces": faces, "models": models, "servers": []}, files)


def _check_complete(manifest: dict[str, Any]) -> None:
    """Looks up what every version has written."""
    for record, names in (
        (manifest, ("name", "pgkeras_version")),
        *((each, _OF_MODELS) for each in manifest["models"]),
    ):
        for name in names:
            record[name]


def _choose(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    best: dict[int, dict[str, Any]] = {}
    for model in sorted(models, key=_rank):
        best.setdefault(model["resolution"], model)
    return [best[resolution] for resolution in sorted(best)]


def _rank(model: dict[str, Any]) -> int:
    name = model["quantization"]
    return PREFERENCE.index(name) if name in PREFERENCE else len(PREFERENCE)


def _whole(path: Path, face: dict[str, Any], models: list[dict[str, Any]]) -> dict[str, Any]:
    """A face with a name, if every model can draw it."""
    name, latent = face["name"], face["latent"]
    sizes = {model["latent_size"] for model in models}
    if not name or sizes != {len(latent)} or not all(map(math.isfinite, latent)) or not any(latent):
        raise UserError(f"{path}: the latent of the face {name!r} is damaged; {_REMEDY}")
    return face


def _intact(folder: Path, model: dict[str, Any]) -> Path:
    path = folder / model["file"]
    if path.name != model["file"] or not path.is_file():
        raise UserError(f"{path}: is missing though {MANIFEST} lists it; {_REMEDY}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != model["sha256"]:
        raise UserError(f"{path}: is damaged, its SHA-256 is not the one in {MANIFEST}; {_REMEDY}")
    contradiction = find_contradiction(model, path.stat().st_size)
    if contradiction:
        raise UserError(f"{path}: {contradiction}; {_REMEDY}")
    return path
