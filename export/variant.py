"""One model of one generator: converted, described, judged, and saved by float layers where 8 bits fall short."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tensorflow.types.experimental import ConcreteFunction

from export.convert import Graphs, convert
from export.dynamic import DynamicConverter
from export.gate import Passed, Reference, pass_gate
from export.int8 import Int8Converter
from export.options import Bars, Quantization

_SELECTIVE = {"dynamic": DynamicConverter, "int8": Int8Converter}


@dataclass(frozen=True)
class Variant:
    """A model, written or not.

    Attributes:
        quantization: how its weights are stored.
        model: the .tflite file.
        passed: the gate's measurements.
        float_layers: layers that a dynamic or int8 model keeps in float32.
    """

    quantization: Quantization
    model: bytes
    passed: Passed
    float_layers: Sequence[str] = ()


@dataclass(frozen=True)
class Source:
    """What the variants of a generator have in common.

    Attributes:
        graph: of the default signature, for one latent.
        others: of more signatures, by their key.
        gallery: how many latents the gallery's takes; 0 if there is none.
        reference: Keras's images.
        bars: of quality.
        finish: adds metadata to a model of a name.
    """

    graph: ConcreteFunction
    others: Graphs
    gallery: int
    reference: Reference
    bars: Bars
    finish: Callable[[bytes, str], bytes]


def make_variant(source: Source, quantization: Quantization, file: str) -> Variant:
    """Converts and judges.

    A dynamic or int8 model below its bar is tried again with its worst layers in float32: one, two, four ... up to half
    of them.

    Args:
        source: of the generator.
        quantization: how weights are stored.
        file: name of the model.

    Raises:
        UserError: if the model fails the gate.
    """
    if quantization not in _SELECTIVE:
        model = convert(source.graph, quantization, file, source.others)
        return _judged(source, quantization, file, model)
    converter = _SELECTIVE[quantization](source.graph, file, source.others)
    variant = _judged(source, quantization, file, converter.convert())
    if variant.passed.reason is None:
        return variant
    worst = converter.layers_by_error()
    number = 1
    while variant.passed.reason is not None and number <= len(worst) // 2:
        model = converter.convert(worst[:number])
        variant = _judged(source, quantization, file, model, worst[:number])
        number *= 2
    return variant


def _judged(
    source: Source, quantization: Quantization, file: str, model: bytes, float_layers: Sequence[str] = ()
) -> Variant:
    model = source.finish(model, file)
    passed = pass_gate(model, source.reference, quantization, file, source.bars, source.gallery)
    return Variant(quantization, model, passed, float_layers)
