"""Machines that train together, as TF_CONFIG describes them."""

import os
import re
from functools import cache
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from pgkeras.errors import UserError

VARIABLE = "TF_CONFIG"
ROLES = ("chief", "worker")
LARGEST_PORT = 65535


def number_of_workers() -> int:
    """Machines that train together, by TF_CONFIG; 1 without.

    Raises:
        UserError: if TF_CONFIG is damaged, or describes a cluster that cannot train.
    """
    return max(1, len(_description().machines))


def worker() -> int:
    """Which of these machines this one is; 0 is the chief.

    Raises:
        UserError: as `number_of_workers`.
    """
    described = _description()
    return list(described.machines).index(described.this_one) if described.this_one in described.machines else 0


def is_chief() -> bool:
    """Whether this machine is the one that keeps the run's folder.

    Raises:
        UserError: as `number_of_workers`.
    """
    return worker() == 0


def refuse_cluster(backend: str) -> None:
    """For backends that train on one machine.

    Args:
        backend: its name.

    Raises:
        UserError: if TF_CONFIG names several machines.
    """
    if number_of_workers() > 1:
        raise UserError(f"{VARIABLE} names several machines, and {backend} trains on one; set KERAS_BACKEND=tensorflow")


def _check_address(address: str) -> str:
    port = re.fullmatch(r".+:(\d{1,5})", address)
    if not port or not 0 < int(port[1]) <= LARGEST_PORT:
        raise ValueError(f"{address!r} is not host:port")
    return address


class _Task(BaseModel):
    type: str
    index: Annotated[int, Field(ge=0)]


class _Description(BaseModel):
    """What TF_CONFIG says; other keys are for other programs."""

    cluster: dict[str, list[Annotated[str, AfterValidator(_check_address)]]] = {}
    task: _Task | None = None

    @property
    def machines(self) -> dict[tuple[str, int], str]:
        """Their addresses by role and index, the chief first."""
        roles = sorted(self.cluster.items())
        return {(role, index): address for role, addresses in roles for index, address in enumerate(addresses)}

    @property
    def this_one(self) -> tuple[str, int] | None:
        """Which of them this is."""
        return self.task and (self.task.type, self.task.index)

    @model_validator(mode="after")
    def _check(self) -> Self:
        machines = self.machines
        if machines and self.task is None:
            raise ValueError("it has no task, which says which of its machines this one is")
        if machines and self.this_one not in machines:
            raise ValueError(f"its task, {self.task.type} {self.task.index}, is none of its machines")
        if len(machines) < 2:
            return self
        if strange := next((role for role, _ in machines if role not in ROLES), None):
            raise ValueError(f"it has a {strange}; those that train are {' and '.join(ROLES)}")
        if ("chief", 1) in machines:
            raise ValueError("it has more than one chief")
        if len(set(machines.values())) < len(machines):
            raise ValueError("it names an address twice")
        return self


def _description() -> _Description:
    return _parse(os.environ.get(VARIABLE) or "{}")


@cache
def _parse(text: str) -> _Description:
    try:
        return _Description.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        reason = ": ".join(filter(None, [".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")]))
        raise UserError(
            f"{VARIABLE} {text[:200]!r}: is not a description of a cluster ({reason}); correct it, or unset it to "
            "train on this machine alone"
        ) from None
