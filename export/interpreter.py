"""The reference interpreter: what a TFLite file really computes."""

import warnings

import numpy as np
import tensorflow as tf

from pgkeras.quiet_tensorflow import quiet_stderr


def interpret(model: bytes, latents: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
    """Runs a model on one latent after the other, through its signature.

    Args:
        model: a .tflite file with a signature `latent` [, `label`] -> `image`.
        latents: float32 (number, latent_size).
        labels: float32 (number, label_size), if the model takes them.

    Returns:
        uint8 (number, side, side, channels).

    Raises:
        RuntimeError, ValueError: (TensorFlow's) if the model does not run or has no such signature.
    """
    with quiet_stderr(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprecated")
        run = tf.lite.Interpreter(model_content=model).get_signature_runner()
        inputs = [{"latent": latent} for latent in latents[:, np.newaxis]]
        if labels is not None:
            inputs = [given | {"label": label} for given, label in zip(inputs, labels[:, np.newaxis], strict=True)]
        return np.concatenate([run(**given)["image"] for given in inputs])
