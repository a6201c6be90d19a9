"""Which arithmetic the convolutions use."""

from pathlib import Path

from pgkeras.backends import Precision, backend

POLICIES: dict[Precision, str] = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
"""The Keras dtype policy of each precision."""

_ORDER: tuple[Precision, ...] = ("float32", "float16", "bfloat16")


def fastest_precision() -> Precision:
    """The precision in which this machine's convolutions are fastest, and training still works.

    With accelerators, what the oldest of them is fastest in; on processors with AMX or AVX512_BF16 bfloat16, if the
    backend makes use of these; else float32.
    """
    found = backend.accelerators()
    if found:
        return min((each.precision for each in found), key=_ORDER.index)
    fast = backend.PROCESSOR_IS_FAST_IN_BFLOAT16 and _processor_computes_in_bfloat16()
    return "bfloat16" if fast else "float32"


def _processor_computes_in_bfloat16() -> bool:
    processors = Path("/proc/cpuinfo")
    flags = processors.read_text().split() if processors.exists() else []
    return "avx512_bf16" in flags or "amx_bf16" in flags
