"""The reference interpreter: what a TFLite file really computes."""

import warnings

import numpy as np
import tensorflow as tf

from export.contract import SIGNATURE
from pgkeras.quiet_tensorflow import quiet_stderr


def interpret(
    model: bytes,
    latents: np.ndarray,
    labels: np.ndarray | None = None,
    signature: str = SIGNATURE,
    batch: int = 1,
    truncation: float | None = None,
) -> np.ndarray:
    """Runs a model on one latent after the other, through a signature.

    Args:
        model: a .tflite file with a signature `latent` [, `label`] [, `truncation`] -> `image`.
        latents: float32 (number, latent_size).
        labels: float32 (number, label_size), if the model takes them.
        signature: which one.
        batch: latents that it takes at a time; it divides their number.
        truncation: of all images, if the signature takes it.

    Returns:
        uint8 (number, side, side, channels).

    Raises:
        RuntimeError, ValueError: (TensorFlow's) if the model does not run or has no such signature.
    """
    with quiet_stderr(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated")
        run = tf.lite.Interpreter(model_content=model).get_signature_runner(signature)
        given = {"latent": latents} if labels is None else {"latent": latents, "label": labels}
        if truncation is not None:
            given["truncation"] = np.full((len(latents), 1), truncation, np.float32)
        starts = range(0, len(latents), batch)
        return np.concatenate(
            [run(**{name: each[start : start + batch] for name, each in given.items()})["image"] for start in starts]
        )
