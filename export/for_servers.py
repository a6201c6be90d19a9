"""Models for servers: any number of latents at a time, in the formats of TF Serving and of ONNX runtimes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.types.experimental import ConcreteFunction

from export.contract import SIGNATURE, TOLERANCES, TRUNCATED, TRUNCATION
from export.fidelity import compare
from export.gate import KEPT, Reference
from export.onnx_model import OnnxSession, to_onnx
from export.options import ServerFormat
from pgkeras.errors import UserError
from pgkeras.quiet_tensorflow import quiet_stderr
from pgkeras.sampling import BATCH_SIZE

VERSION = "1"  # TF Serving serves the highest-numbered folder


@dataclass(frozen=True)
class ServerModel:
    """A file or folder that was written and draws Keras's images.

    Attributes:
        format: of it.
        path: where it is.
        images: uint8 (number, side, side, channels), what it makes of the reference's first latents.
        truncated: at a truncation of 0.5, of the first latents; None if it takes none.
        difference: largest one of a pixel from Keras's, in grey levels.
    """

    format: ServerFormat
    path: Path
    images: np.ndarray
    truncated: np.ndarray | None
    difference: int

    def digests(self) -> dict[str, str]:
        """SHA-256 of each file, by its path beside the manifest."""
        files = [self.path] if self.path.is_file() else sorted(each for each in self.path.rglob("*") if each.is_file())
        return {
            file.relative_to(self.path.parent).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files
        }


def write_for_servers(
    graph: ConcreteFunction, reference: Reference, server_format: ServerFormat, folder: Path, name: str
) -> ServerModel:
    """Writes a graph in one format and runs what was written.

    Args:
        graph: of `inference_graph`, for any number of latents; takes a truncation if the reference has one.
        reference: Keras's images.
        server_format: which one.
        folder: for the file, `NAME.onnx`, or folder, `NAME_saved_model`.
        name: of the model.

    Raises:
        UserError: if an image is more than one grey level off Keras's.
    """
    path, run = _WRITERS[server_format](graph, folder, name)
    given = {"latent": reference.latents} | ({} if reference.labels is None else {"label": reference.labels})
    images, difference = _run_all(run, given, reference.images, path)
    truncated = None
    if reference.truncated is not None:
        number = len(reference.truncated)
        given = {key: value[:number] for key, value in given.items()}
        given["truncation"] = np.full((number, 1), TRUNCATION, np.float32)
        truncated, _ = _run_all(run, given, reference.truncated, path)
    return ServerModel(server_format, path, images, truncated, difference)


Run = Callable[[dict[str, np.ndarray]], np.ndarray]


def _run_all(run: Run, given: dict[str, np.ndarray], expected: np.ndarray, path: Path) -> tuple[np.ndarray, int]:
    """The first images, and by how many grey levels all are off at most."""
    kept, difference = [], 0
    for start in range(0, len(expected), BATCH_SIZE):
        part = slice(start, start + BATCH_SIZE)
        images = run({key: value[part] for key, value in given.items()})
        difference = max(difference, compare(expected[part], images).difference)
        kept.extend(images[: KEPT - len(kept)])
    if difference > TOLERANCES["float32"]:
        raise UserError(f"{path.name}: its image is {difference} grey levels off Keras's; leave it out of `also`")
    return np.stack(kept), difference


def _write_saved_model(graph: ConcreteFunction, folder: Path, name: str) -> tuple[Path, Run]:
    """Without the fingerprint, whose random number would make every run of the command give another one."""
    path = folder / f"{name}_saved_model"
    with quiet_stderr():
        tf.saved_model.save(tf.Module(), str(path / VERSION), _signatures(graph))
        (path / VERSION / "fingerprint.pb").unlink(missing_ok=True)
        loaded = tf.saved_model.load(str(path / VERSION))

    def run(given: dict[str, np.ndarray]) -> np.ndarray:
        serve = loaded.signatures[TRUNCATED if "truncation" in given else SIGNATURE]
        return serve(**{key: tf.constant(value) for key, value in given.items()})["image"].numpy()

    return path, run


def _signatures(graph: ConcreteFunction) -> dict[str, ConcreteFunction]:
    """Of a graph that takes a truncation two, which share it and so its weights."""
    *specs, truncation = graph.structured_input_signature[0]
    if truncation.name != "truncation":
        return {SIGNATURE: graph}
    names = [each.name for each in specs]

    @tf.function(input_signature=specs, autograph=False)
    def whole(*given: tf.Tensor) -> dict[str, tf.Tensor]:
        return graph(**dict(zip(names, given, strict=True)), truncation=tf.ones_like(given[0][:, :1]))

    return {SIGNATURE: whole.get_concrete_function(), TRUNCATED: graph}


def _write_onnx(graph: ConcreteFunction, folder: Path, name: str) -> tuple[Path, Run]:
    path = folder / f"{name}.onnx"
    path.write_bytes(to_onnx(graph, name))
    return path, OnnxSession(path).run


_WRITERS = {"saved-model": _write_saved_model, "onnx": _write_onnx}
