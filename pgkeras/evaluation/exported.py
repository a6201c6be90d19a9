"""What an exported .tflite file makes."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np

from pgkeras.errors import UserError
from pgkeras.evaluation.image_sources import READ_AT_A_TIME, inputs_of


class Exported:
    """A generator as TFLite: latents of seeds 0, 1, 2 ..., and all classes in turn.

    Args:
        path: of a .tflite file as `pgkeras export` writes it, signature `latent` [, `label`] -> `image` uint8.

    Raises:
        UserError: if the file is damaged or has no such signature, or the package ai-edge-litert is missing.
    """

    available = None

    def __init__(self, path: Path) -> None:
        try:
            litert = import_module("ai_edge_litert.interpreter")
        except ImportError:
            raise UserError(f"{path}: to run it, install ai-edge-litert: pip install ai-edge-litert") from None
        try:
            self._run = litert.Interpreter(model_content=path.read_bytes()).get_signature_runner("serving_default")
            inputs, outputs = self._run.get_input_details(), self._run.get_output_details()
            sizes = {name: int(each["shape"][1]) for name, each in inputs.items()}
            self._latent_size, self._label_size = sizes["latent"], sizes.get("label", 0)
            _, self.side, _, self.channels = map(int, outputs["image"]["shape"])
        except (OSError, ValueError, RuntimeError, LookupError) as error:
            reason = str(error).partition("\n")[0]
            raise UserError(f"{path}: is not a generator that pgkeras export wrote ({reason})") from None

    def batches(self, number: int) -> Iterator[np.ndarray]:
        latents, labels = inputs_of(number, self._latent_size, [1] * self._label_size)
        for start in range(0, number, READ_AT_A_TIME):
            part = range(start, min(start + READ_AT_A_TIME, number))
            yield np.concatenate([self._image(latents, labels, each) for each in part])

    def _image(self, latents: np.ndarray, labels: np.ndarray | None, index: int) -> np.ndarray:
        label = {} if labels is None else {"label": labels[index : index + 1]}
        return self._run(latent=latents[index : index + 1], **label)["image"]
