"""The networks that a run begins with, instead of random ones: another run's, or those that others trained."""

from pathlib import Path

import keras

from pgkeras.errors import UserError
from pgkeras.interop import PretrainedNetworks, load_pretrained
from pgkeras.networks import StagePair
from pgkeras.runs.folder import RunFolder
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.state import TrainingState


def start_from(state: TrainingState, path: Path) -> None:
    """Gives networks the weights of trained ones, at every resolution that both have.

    There, the moving average goes on without a ramp-up. Optimizers stay as they are. A discriminator with
    `fused_scale`, as most of the official code are, takes a few thousand images to get used to training without it, and
    the other way round.

    Args:
        state: fresh.
        path: of a run with a checkpoint, of a network pickle of the official code, or of a GAN Zoo checkpoint.

    Raises:
        UserError: if the file or run cannot be read, or its networks have other layers or shapes.
    """
    trained = _networks_of_run(path) if path.is_dir() else load_pretrained(path)
    _copy(trained.generators, state.generators, path)
    _copy(trained.discriminators, state.discriminators, path)
    _copy(trained.ema_generators, state.ema_generators, path)
    state.progress.started_from = sorted(trained.ema_generators.keys() & state.ema_generators.keys())


def _networks_of_run(path: Path) -> PretrainedNetworks:
    folder, description = RunFolder.open(path)
    state = TrainingState(description.config, description.config.precision)
    if load_newest_checkpoint(state, folder.checkpoints) is None:
        raise UserError(f"`start_from` {path}: the run has no checkpoint; let it train for a while")
    return PretrainedNetworks(state.generators, state.discriminators, state.ema_generators)


def _copy(trained: dict[int, StagePair], own: dict[int, StagePair], path: Path) -> None:
    common = sorted(trained.keys() & own.keys())
    if not common:
        raise UserError(f"`start_from` {path}: has {_sides(trained)}, not {_sides(own)}; give its `resolution`")
    for resolution in common:
        layers = _layers(trained[resolution])
        for name, layer in _layers(own[resolution]).items():
            shapes, wanted = (
                [tuple(variable.shape) for variable in each.variables] if each else None
                for each in (layers.get(name), layer)
            )
            if shapes != wanted:
                raise UserError(
                    f"`start_from` {path}: its {name} has weights {shapes or 'of another kind'}, this network's "
                    f"{wanted}; give the options that make them alike, such as `fmap_base`, `fmap_max`, `latent_size`"
                )
            for variable, value in zip(layer.variables, layers[name].variables, strict=True):
                variable.assign(value)


def _layers(pair: StagePair) -> dict[str, keras.Layer]:
    """By name, those that have weights."""
    return {layer.name: layer for layer in pair.straight.layers if layer.weights}


def _sides(pairs: dict[int, StagePair]) -> str:
    return ", ".join(f"{side}x{side}" for side in sorted(pairs))
