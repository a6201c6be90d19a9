"""The command line that checks an exported folder on arrival: `python export/verify.py exported`.

It needs NumPy and ai-edge-litert, and nothing else of this repository: copy it to wherever models go.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

MANIFEST = "manifest.json"
FORMAT_VERSION = 1
ROUNDED = 0.005  # the thumbnails' means have 2 decimals
# What comes of a manifest whose values are missing, or have other types, lengths or ranges than the exporter writes.
DAMAGES = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, MemoryError)
EXAMPLES = """\
Example:
  pgkeras verify exported
"""


class RefusalError(Exception):
    """What is wrong with the folder, in one line."""


def verify(folder: Path) -> Iterator[str]:
    """Checks every file of a manifest and draws its golden latents.

    Args:
        folder: that export/to_tflite.py wrote.

    Yields:
        A line for each model that is what the manifest says.

    Raises:
        RefusalError: at the first one that is not.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format_version"] != FORMAT_VERSION:
            raise RefusalError(f"{path}: has format_version {manifest['format_version']}; this program reads 1")
        if not manifest["models"]:
            raise RefusalError(f"{path}: describes no model")
        _check_faces(path, manifest)
        for model in manifest["models"]:
            yield _verify_model(folder, model)
        for model in manifest.get("servers", []):
            yield _verify_served(folder, model)
    except OSError as error:
        raise RefusalError(
            f"{path}: cannot be read ({error.strerror}); give a folder that pgkeras export wrote"
        ) from None
    except DAMAGES as error:
        raise RefusalError(f"{path}: is not a manifest ({type(error).__name__}: {error})") from None


def find_contradiction(model: dict, size: int) -> str | None:
    """Where a manifest disagrees with itself or its file in what readers take from it without opening the model.

    Args:
        model: its record.
        size: of the file, in bytes.

    Returns:
        What is wrong, or None.
    """
    _, height, width, channels = model["output"]["shape"]
    facts = [("bytes", size), ("latent_size", model["inputs"][0]["shape"][1])]
    facts += [("latent_size", len(golden["latent"])) for golden in model["goldens"]]
    facts += [("resolution", height), ("resolution", width), ("channels", channels)]
    for name, expected in facts:
        if model[name] != expected:
            return f"{MANIFEST} gives {name} {model[name]!r}, but its file, tensors or goldens have {expected}"
    return None


def _check_faces(path: Path, manifest: dict) -> None:
    names = set()
    for face in manifest.get("faces", []):  # older manifests have none
        latent = np.asarray(face["latent"], np.float32)
        fits = all(latent.shape == (model["latent_size"],) for model in manifest["models"])
        if not face["name"] or face["name"] in names or not fits or not np.isfinite(latent).all() or not latent.any():
            raise RefusalError(f"{path}: the latent of the face {face['name']!r} is damaged; export again")
        names.add(face["name"])


def _verify_model(folder: Path, model: dict) -> str:
    content = _read(folder, model["file"], model["sha256"])
    contradiction = find_contradiction(model, len(content))
    if contradiction:
        raise RefusalError(f"{model['file']}: {contradiction}; export again")
    interpreter = _open(content, model)
    truncation = model.get("truncation")  # older manifests have none
    run_truncated = _runner(interpreter, truncation["signature"], model) if truncation else None
    return _check_goldens(model, _runner(interpreter, model["signature"], model), run_truncated)


def _verify_served(folder: Path, model: dict) -> str:
    """An .onnx file is run where onnxruntime is installed; a SavedModel, which may hold any code, never."""
    if not model["sha256"]:
        raise RefusalError(f"{model['file']}: has no digest to check it by")
    for name, digest in model["sha256"].items():
        content = _read(folder, name, digest)
    if model["format"] != "onnx":
        return f"{model['file']:<32} intact"
    try:
        from onnxruntime import InferenceSession
    except ImportError:
        return f"{model['file']:<32} intact; onnxruntime, which would draw its goldens, is not installed"
    try:
        with _quiet():  # it warns of inputs that have a default
            session = InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes, which have no public base
        raise RefusalError(f"{model['file']}: does not open ({_line(error)})") from None
    name = model["output"]["name"]

    def run(**given: np.ndarray) -> dict[str, np.ndarray]:
        return {name: session.run([name], given)[0]}

    return _check_goldens(model, run, run)


def _check_goldens(model: dict, run, run_truncated) -> str:  # noqa: ANN001 (signature runners, or like them)
    truncation = model.get("truncation")
    drawn = [(golden, _draw(run, golden, model)) for golden in model["goldens"]]
    if truncation:
        name = truncation["input"]["name"]
        drawn += [(golden, _draw(run_truncated, golden, model, name)) for golden in truncation["goldens"]]
    exact = 0
    for golden, image in drawn:
        _check_latent(golden, model)
        if hashlib.sha256(image.tobytes()).hexdigest() == golden["pixels_sha256"]:
            exact += 1
            continue
        difference = _difference(image, golden)
        if not difference <= model["tolerance"] + ROUNDED:
            raise RefusalError(
                f"{model['file']}: its picture of seed {golden['seed']} is {difference:.2f} grey levels off the "
                f"manifest's; {model['tolerance']} are allowed"
            )
    if not drawn:
        raise RefusalError(f"{model['file']}: has no golden to check it by")
    words = "to the pixel" if exact == len(drawn) else "within the tolerance"
    return f"{model['file']:<32} intact, draws its {len(drawn)} goldens {words}"


def _read(folder: Path, name: str, expected: str) -> bytes:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise RefusalError(f"{path}: is missing though {MANIFEST} lists it; copy the folder again")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RefusalError(f"{path}: cannot be read ({error.strerror}); copy the folder again") from None
    digest = hashlib.sha256(content).hexdigest()
    if digest != expected:
        raise RefusalError(f"{path}: SHA-256 is {digest[:12]}..., not {expected[:12]}... as {MANIFEST} says")
    return content


def _open(content: bytes, model: dict):  # noqa: ANN202 (of a package that may be missing)
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise RefusalError("ai-edge-litert, which runs the models, is missing; pip install ai-edge-litert") from None
    try:
        with _quiet():
            return Interpreter(model_content=content)
    except (RuntimeError, ValueError) as error:
        raise RefusalError(f"{model['file']}: does not open ({_line(error)})") from None


def _runner(interpreter, signature: str, model: dict):  # noqa: ANN001, ANN202 (likewise)
    try:
        with _quiet():
            return interpreter.get_signature_runner(signature)
    except (RuntimeError, ValueError) as error:
        raise RefusalError(f"{model['file']}: does not open ({_line(error)})") from None


def _check_latent(golden: dict, model: dict) -> None:
    """The manifest's definition of latents: a seed gives the latent that it says."""
    expected = np.random.RandomState(golden["seed"]).randn(model["inputs"][0]["shape"][1]).astype(np.float32)
    if not np.allclose(np.asarray(golden["latent"], np.float32), expected, rtol=0, atol=1e-6):
        raise RefusalError(
            f"{model['file']}: the golden of seed {golden['seed']} has another latent than that seed gives"
        )


def _draw(run, golden: dict, model: dict, truncation: str | None = None) -> np.ndarray:  # noqa: ANN001 (likewise)
    given = {"latent": np.asarray(golden["latent"], np.float32)[None]}
    if model["labels"]:
        given["label"] = np.eye(len(model["labels"]), dtype=np.float32)[None, golden["label"]]
    if truncation:
        given[truncation] = np.float32([[golden["truncation"]]])
    try:
        with _quiet():
            image = run(**given)[model["output"]["name"]]
    except (RuntimeError, ValueError, KeyError, IndexError) as error:
        raise RefusalError(f"{model['file']}: does not run ({_line(error)})") from None
    expected = [1, *model["output"]["shape"][1:]]
    if list(image.shape) != expected or image.dtype != np.uint8:
        raise RefusalError(f"{model['file']}: gives {image.dtype} {image.shape}, not uint8 {expected}")
    return image[0]


def _difference(image: np.ndarray, golden: dict) -> float:
    """Largest difference of a block's mean pixel, in grey levels."""
    side = golden["thumbnail_side"]
    means = image.reshape(side, len(image) // side, side, len(image) // side, -1).mean(axis=(1, 3))
    return float(np.abs(means.ravel() - np.asarray(golden["thumbnail"])).max())


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


@contextmanager
def _quiet() -> Iterator[None]:
    """The runtime prints to stderr from C++; exceptions still carry its messages."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def main() -> None:
    """Verifies the folder that the command line names; 0 if all is well, 2 with one line if it is not."""
    parser = argparse.ArgumentParser(
        description="Checks that an exported folder has arrived whole, and that its models draw their golden pictures.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("exported", type=Path, help="folder that pgkeras export wrote")
    folder = parser.parse_args().exported
    sys.stdout.reconfigure(errors="backslashreplace")  # names may hold what the terminal cannot show
    try:
        lines = 0
        for line in verify(folder):
            print(line, flush=True)
            lines += 1
    except RefusalError as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        sys.exit(2)
    print(f"verified {lines} model{'s' * (lines != 1)} in {folder}")


if __name__ == "__main__":
    main()
