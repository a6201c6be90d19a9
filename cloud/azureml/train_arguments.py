"""A look at the trainer's options before they wait in a queue."""

from collections.abc import Sequence

from click.core import ParameterSource

from pgkeras.command_line import take_given
from pgkeras.config import ProgressiveConfig
from pgkeras.errors import UserError
from pgkeras.train import check_options
from pgkeras.train import main as train

SET_BY_THE_JOB = ("out", "resume", "dry_run")
NOT_THERE = ("start_from",)
"""Options that name files, which stay on this machine."""


def check_train_arguments(arguments: Sequence[str]) -> None:
    """Makes sure that the trainer would understand its arguments, without looking at any data.

    Args:
        arguments: of `pgkeras train`, after DATA.

    Raises:
        click.UsageError: for an unknown option or a value of the wrong type.
        UserError: for an option that the job sets itself, or that names a file of this machine.
        UserError: for a value out of range, or options that contradict each other.
    """
    context = train.make_context("pgkeras train", ["DATA", *arguments])
    for name in SET_BY_THE_JOB:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise UserError(f"--{name.replace('_', '-')} after --: the job sets it itself; drop it")
    for name in NOT_THERE:
        if context.params[name] is not None:
            raise UserError(f"--{name.replace('_', '-')} after --: names what the job's machine does not have; drop it")
    given = take_given(ProgressiveConfig, context.params)
    others = {name: context.params[name] for name in ("preset", "kimg", "minutes", "conditional")}
    with train.naming_options():
        check_options(given=given, **others)
