"""Machines that train together, as TF_CONFIG describes them."""

import json
import os

from pgkeras.errors import UserError


def number_of_workers() -> int:
    """Machines that train together, by TF_CONFIG; 1 without.

    Raises:
        UserError: if TF_CONFIG is damaged.
    """
    try:
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
        return max(1, sum(len(cluster.get(role, [])) for role in ("chief", "worker")))
    except (ValueError, AttributeError, TypeError):
        raise UserError(
            f"TF_CONFIG {os.environ['TF_CONFIG']!r}: is no description of a cluster as tf.distribute reads it; mend it "
            "or unset it"
        ) from None


def refuse_cluster(backend: str) -> None:
    """For backends that train on one machine.

    Args:
        backend: its name.

    Raises:
        UserError: if TF_CONFIG names several machines.
    """
    if number_of_workers() > 1:
        raise UserError(f"TF_CONFIG names several machines, and {backend} trains on one; set KERAS_BACKEND=tensorflow")
