"""Which arithmetic the convolutions use."""

from pathlib import Path
from typing import Literal

import tensorflow as tf

Precision = Literal["float32", "bfloat16", "float16"]
POLICIES: dict[Precision, str] = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
"""The Keras dtype policy of each precision."""

BFLOAT16_CAPABILITY = (8, 0)
FLOAT16_CAPABILITY = (7, 0)


def fastest_precision() -> Precision:
    """The precision in which this machine's convolutions are fastest, and training still works.

    On GPUs bfloat16 from compute capability 8.0 on (Ampere), float16 from 7.0 on (Volta), the oldest GPU deciding; on
    CPUs bfloat16 where AMX or AVX512_BF16 compute in it; else float32.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        oldest = min(each.get("compute_capability", (0, 0)) for each in details)
        if oldest >= BFLOAT16_CAPABILITY:
            return "bfloat16"
        return "float16" if oldest >= FLOAT16_CAPABILITY else "float32"
    return "bfloat16" if _processor_computes_in_bfloat16() else "float32"


def _processor_computes_in_bfloat16() -> bool:
    processors = Path("/proc/cpuinfo")
    flags = processors.read_text().split() if processors.exists() else []
    return "avx512_bf16" in flags or "amx_bf16" in flags
