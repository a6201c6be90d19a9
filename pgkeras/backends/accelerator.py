"""GPUs and TPUs, as every backend describes them."""

from typing import Literal, NamedTuple

Precision = Literal["float32", "bfloat16", "float16"]

BFLOAT16_CAPABILITY = (8, 0)
FLOAT16_CAPABILITY = (7, 0)


class Accelerator(NamedTuple):
    """A GPU or TPU.

    Attributes:
        name: in words: "NVIDIA A100".
        precision: in which its convolutions are fastest, and training still works.
    """

    name: str
    precision: Precision


def fastest_on_cuda(capability: tuple[int, int]) -> Precision:
    """bfloat16 from compute capability 8.0 on (Ampere), float16 from 7.0 on (Volta), else float32.

    Args:
        capability: of the GPU.

    >>> fastest_on_cuda((8, 6)), fastest_on_cuda((7, 5)), fastest_on_cuda((6, 1))
    ('bfloat16', 'float16', 'float32')
    """
    if capability >= BFLOAT16_CAPABILITY:
        return "bfloat16"
    return "float16" if capability >= FLOAT16_CAPABILITY else "float32"
