"""Which arithmetic the convolutions use."""

from pathlib import Path

from pgkeras.config import ProgressiveConfig

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


def dtype_policy(config: ProgressiveConfig) -> str:
    """The Keras dtype policy that a config's precision means on this machine.

    Args:
        config: its precision; "auto" is bfloat16 where the processor has instructions for it, else float32.
    """
    precision = config.precision
    if precision == "auto":
        precision = "bfloat16" if _processor_computes_in_bfloat16() else "float32"
    return POLICIES[precision]


def _processor_computes_in_bfloat16() -> bool:
    processors = Path("/proc/cpuinfo")
    flags = processors.read_text().split() if processors.exists() else []
    return "avx512_bf16" in flags or "amx_bf16" in flags
