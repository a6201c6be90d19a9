"""The networks that a run begins with, instead of random ones: another run's, or those that others trained."""

from pathlib import Path

import keras

from pgkeras.errors import UserError
from pgkeras.interop import PretrainedNetworks, load_pretrained
from pgkeras.networks import StagePair
from pgkeras.runs.folder import RunFolder
from pgkeras.schedule import Schedule
from pgkeras.training.checkpoint import load_newest_checkpoint
from pgkeras.training.state import TrainingState


def start_from(state: TrainingState, path: Path) -> None:
    """Gives networks the weights of trained ones, at every resolution that both have.

    Where they had finished fading in, the moving average goes on without a ramp-up. Optimizers stay as they are. A
    discriminator with `fused_scale`, as most of the official code are, takes a few thousand images to get used to
    training without it, and the other way round.

    Args:
        state: fresh.
        path: of a run with a checkpoint, of a network pickle of the official code, or of a GAN Zoo checkpoint.

    Raises:
        UserError: if the file or run cannot be read, or its networks have other layers or shapes.
    """
    networks, trained = _run(path) if path.is_dir() else _file(path)
    _copy(networks.generators, state.generators, path)
    _copy(networks.discriminators, state.discriminators, path)
    _copy(networks.ema_generators, state.ema_generators, path)
    state.progress.started_from = sorted(set(trained) & state.ema_generators.keys())


def _file(path: Path) -> tuple[PretrainedNetworks, list[int]]:
    networks = load_pretrained(path)
    return networks, networks.trained


def _run(path: Path) -> tuple[PretrainedNetworks, list[int]]:
    """Of a run, and the resolutions that it has trained and not only begun to fade in."""
    folder, description = RunFolder.open(path)
    state = TrainingState(description.config, description.config.precision)
    if load_newest_checkpoint(state, folder.checkpoints) is None:
        raise UserError(f"`start_from` {path}: the run has no checkpoint; let it train for a while")
    last = Schedule.from_config(description.config).before(state.progress.images_shown).phase
    trained = [side for side in state.generators if side < last.resolution + (not last.fade_in)]
    return PretrainedNetworks(state.generators, state.discriminators, state.ema_generators), trained


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
                    f"{wanted}; {_remedy(layers.get(name), layer)}"
                )
            for variable, value in zip(layer.variables, layers[name].variables, strict=True):
                variable.assign(value)


def _remedy(trained: keras.Layer | None, own: keras.Layer) -> str:
    plain = keras.layers.Dense | keras.layers.Conv2D
    if isinstance(trained, plain) and not isinstance(own, plain):
        return "give --no-equalized-learning-rate (in Python, equalized_learning_rate=False), as those have none"
    return "give the options that make them alike, such as `fmap_base`, `fmap_max`, `latent_size`"


def _layers(pair: StagePair) -> dict[str, keras.Layer]:
    """By name, those that have weights."""
    return {layer.name: layer for layer in pair.straight.layers if layer.weights}


def _sides(pairs: dict[int, StagePair]) -> str:
    return ", ".join(f"{side}x{side}" for side in sorted(pairs))
