"""JAX: a step is a pure function of the values of its variables, compiled once; a mesh deals batches among devices.

Inside of a step Keras variables stand for traced values, which a `StatelessScope` holds. What JAX traces by itself, to
differentiate it or to run it on a condition or again and again, gets a scope of its own, and hands what it has assigned
to the scope around it.

On a processor XLA compiles the gradients of convolutions within a condition or a loop to code that takes fifty times as
long (measured with JAX 0.10.2). There both branches are computed and one is selected, and loops are unrolled.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import ClassVar, Self

import jax
import keras
import numpy as np
from jax import numpy as jnp
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from keras import KerasTensor as Tensor

from pgkeras.backends.accelerator import Accelerator, fastest_on_cuda
from pgkeras.cluster import refuse_cluster
from pgkeras.errors import UserError

# XLA's convolutions on processors do not use it.
PROCESSOR_IS_FAST_IN_BFLOAT16 = False

Value = tuple[keras.Variable, Tensor]


class _Scope(keras.StatelessScope):
    """Values in the place of variables' own."""

    _open: ClassVar[list[Self]] = []

    def __init__(self, values: Iterable[Value]) -> None:
        super().__init__()
        if self._open:
            self.state_mapping |= self._open[-1].state_mapping
        self.state_mapping |= {id(variable): value for variable, value in values}
        self.assigned: dict[int, keras.Variable] = {}

    def __enter__(self) -> Self:
        self._open.append(self)
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._open.pop()

    def add_update(self, update: Value) -> None:
        super().add_update(update)
        self.assigned[id(update[0])] = update[0]

    def get_current_value(self, variable: keras.Variable) -> Tensor:
        if id(variable) not in self.state_mapping:
            raise LookupError(f"{variable.path} is none of the variables that this step was compiled for")
        return super().get_current_value(variable)

    def values_of(self, variables: Iterable[keras.Variable]) -> list[Tensor]:
        return [self.state_mapping[id(variable)] for variable in variables]

    def values_of_changes(self, changes: Sequence[keras.Variable]) -> list[Tensor]:
        """Of the variables that may have been assigned."""
        unexpected = self.assigned.keys() - {id(variable) for variable in changes}
        if unexpected:
            raise LookupError(f"{self.assigned[unexpected.pop()].path} was assigned, and is not among the changes")
        return self.values_of(changes)


def convolve(images: Tensor, kernel: Tensor, padding: str) -> Tensor:
    return keras.ops.conv(images, kernel, padding=padding)


leaky_relu = keras.ops.leaky_relu


def gradients(loss_of: Callable[[], tuple], variables: Sequence[keras.Variable]) -> tuple[list[Tensor], object]:
    assigned = []

    def loss_at(values: list[Tensor]) -> tuple[Tensor, tuple]:
        with _Scope(zip(variables, values, strict=True)) as scope:
            loss, others = loss_of()
        assigned[:] = scope.assigned.values()
        return loss, (others, scope.values_of(assigned))

    found, (others, values) = jax.grad(loss_at, has_aux=True)([variable.value for variable in variables])
    _assign(assigned, values)
    return found, others


def image_gradients(scores_of: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    assigned = []

    def score_at(points: Tensor) -> tuple[Tensor, list[Tensor]]:
        with _Scope([]) as scope:
            score = jnp.sum(scores_of(points))
        assigned[:] = scope.assigned.values()
        return score, scope.values_of(assigned)

    found, values = jax.grad(score_at, has_aux=True)(images)
    _assign(assigned, values)
    return found


def conditional(
    predicate: Tensor,
    when_true: Callable[[], Tensor],
    otherwise: Callable[[], Tensor],
    changes: Sequence[keras.Variable],
) -> Tensor:
    def branch(value_of: Callable[[], Tensor]) -> Callable[[list[Tensor]], tuple]:
        def compute(values: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
            with _Scope(zip(changes, values, strict=True)) as scope:
                return value_of(), scope.values_of_changes(changes)

        return compute

    before = [variable.value for variable in changes]
    if _accelerators():
        value, values = jax.lax.cond(predicate, branch(when_true), branch(otherwise), before)
    else:
        both = branch(when_true)(before), branch(otherwise)(before)
        value, values = jax.tree.map(lambda one, other: jnp.where(predicate, one, other), *both)
    _assign(changes, values)
    return value


def fold(body: Callable, number: int, start: object, changes: Sequence[keras.Variable]) -> object:
    def add(index: Tensor, carried: tuple) -> tuple:
        folded, values = carried
        with _Scope(zip(changes, values, strict=True)) as scope:
            return body(index, folded), scope.values_of_changes(changes)

    carried = (start, [variable.value for variable in changes])
    if _accelerators():
        folded, values = jax.lax.fori_loop(0, number, add, carried)
    else:
        for number_of_part in range(number):
            # Or XLA might begin a part before the one before it has ended.
            index, carried = jax.lax.optimization_barrier((jnp.array(number_of_part), carried))
            carried = add(index, carried)
        folded, values = carried
    _assign(changes, values)
    return folded


def _assign(variables: Iterable[keras.Variable], values: Iterable[Tensor]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def replica() -> tuple[int, int]:
    """A step is one program for whole batches, however many devices run it."""
    return 0, 1


def mean_over_replicas(values: dict[str, Tensor]) -> dict[str, Tensor]:
    return values


adam = keras.optimizers.Adam


class LossScale(keras.optimizers.LossScaleOptimizer):
    """Keras's, in a step: its own conditionals assign variables, which JAX cannot see."""

    def apply(self, grads: list[Tensor], trainable_variables: Sequence[keras.Variable]) -> None:
        def update() -> Tensor:
            scale, steps = self.dynamic_scale.value, self.step_counter.value + 1
            self.inner_optimizer.apply([gradient / scale for gradient in grads], trainable_variables)
            grows = steps == self.dynamic_growth_steps
            self.dynamic_scale.assign(jnp.where(grows, 2 * scale, scale))
            self.step_counter.assign(jnp.where(grows, 0, steps))
            return grows

        def skip() -> Tensor:
            self.dynamic_scale.assign(self.dynamic_scale / 2)
            self.step_counter.assign(0)
            return jnp.array(False)

        conditional(self.check_finite(grads), update, skip, [*trainable_variables, *self.variables])


loss_scaled = LossScale


class Devices:
    """A mesh of one axis, along which batches are dealt; every device has all variables."""

    shares_in_all = 1
    shares = range(1)
    is_chief = True

    def __init__(self, devices: Sequence[jax.Device] = ()) -> None:
        mesh = Mesh(np.array(devices or jax.local_devices()[:1]), ("batch",))
        self.number = mesh.size
        self._whole, self._dealt = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec("batch"))

    def scope(self) -> AbstractContextManager:
        return nullcontext()

    def agree(self, *votes: bool) -> list[bool]:
        return list(votes)

    def compiled(self, step: Callable[..., Tensor], variables: Sequence[keras.Variable]) -> Callable[..., np.ndarray]:
        def pure(values: list[Tensor], reals: Tensor, labels: Tensor | None) -> tuple[list[Tensor], Tensor]:
            with _Scope(zip(variables, values, strict=True)) as scope:
                result = step(reals, labels)
            return scope.values_of(variables), result

        jitted = jax.jit(
            pure,
            in_shardings=(self._whole, self._dealt, self._dealt),
            out_shardings=self._whole,
            donate_argnums=0,
        )

        def run(shares: Sequence) -> np.ndarray:
            values, result = jitted([self._on_all(variable.value) for variable in variables], *shares[0])
            _assign(variables, values)
            return np.asarray(result)

        return run

    def _on_all(self, value: Tensor) -> Tensor:
        """Values from outside of a step, on one device or from Python's numbers, would have it compiled again."""
        value = value.astype(value.dtype) if value.weak_type else value
        return value if value.sharding == self._whole else jax.device_put(value, self._whole)


def choose_devices(number: int | None) -> Devices:
    refuse_cluster("JAX")
    if number:
        with suppress(RuntimeError):  # JAX has begun: then there are as many as XLA_FLAGS said.
            jax.config.update("jax_num_cpu_devices", number)
    devices = jax.local_devices()
    wanted = number or (len(devices) if _accelerators() else 1)
    if wanted > len(devices):
        raise UserError(f"`devices` {number}: JAX sees {len(devices)} on this machine; give that many or fewer")
    return Devices(devices[:wanted])


def _accelerators() -> list[jax.Device]:
    return [each for each in jax.local_devices() if each.platform != "cpu"]


def accelerators() -> list[Accelerator]:
    return [Accelerator(each.device_kind, _precision(each)) for each in _accelerators()]


def _precision(device: jax.Device) -> str:
    capability = getattr(device, "compute_capability", None)
    if capability is None:
        return "bfloat16" if device.platform == "tpu" else "float32"
    return fastest_on_cuda(tuple(map(int, capability.split("."))))


def peak_memory() -> int | None:
    statistics = [each.memory_stats() for each in _accelerators()]  # None where a platform keeps none
    return max((each["peak_bytes_in_use"] for each in statistics if each), default=None)


def forget_peak() -> None:
    """JAX keeps the peak since its start."""


def is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, jax.errors.JaxRuntimeError) and "RESOURCE_EXHAUSTED" in str(error)
