"""What all command lines share: options made from the typed config, and one-line errors."""

import logging
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NoReturn, Union, get_args, get_origin

import click
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from pgkeras.config import fields_by_heading, typed
from pgkeras.errors import UserError


def run(command: click.Command) -> NoReturn:
    """Runs a click command; a user's mistake ends in one line on stderr and exit status 2.

    Args:
        command: the command to run on `sys.argv`.
    """
    print_anything()
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells where its cache is if the home is read-only
    try:
        status = command.main(standalone_mode=False)
    except click.ClickException as error:
        _fail(error.format_message())
    except UserError as error:
        _fail(str(error))
    except PermissionError as error:
        if error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror.lower()}; change its permissions, or choose another")
    except (click.Abort, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def print_anything() -> None:
    """Lets stdout and stderr escape what they cannot encode, such as bytes of file names that are not text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # not what a notebook or a server puts in its place
            stream.reconfigure(errors="backslashreplace")


def _fail(message: str) -> NoReturn:
    print("error: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(2)


class Command(click.Command):
    """A command whose errors and help name options as they are typed, and whose help is in sections.

    What the library says of its arguments is written `so`: here it becomes --so, if the command has such an option.

    Args:
        config: the class given to `config_options`, if any; its headings become sections of the help.
        folded: headings that only --help-all shows.
        extra: of the package, what the command needs beyond pgkeras itself; "" if nothing.
    """

    def __init__(
        self,
        *arguments: Any,
        config: type[BaseModel] | None = None,
        folded: Sequence[str] = (),
        extra: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.extra = extra
        self.sections = {} if config is None else fields_by_heading(config)
        self.folded = folded
        if folded:
            what = f"Like --help, with {' and '.join(folded)}."
            self.params.append(
                click.Option(
                    ["--help-all"], is_flag=True, is_eager=True, expose_value=False, callback=_show_all, help=what
                )
            )

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command.

        Raises:
            UserError: if packages of its extra are missing.
        """
        try:
            with self.naming_options():
                return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if not self.extra:
                raise
            raise UserError(f"{error.name} is missing; pip install 'pgkeras[{self.extra}]'") from None

    @contextmanager
    def naming_options(self) -> Iterator[None]:
        """Around what raises errors of the library.

        Raises:
            UserError: instead of them, in the words of this command line.
        """
        try:
            yield
        except ValidationError as error:
            raise UserError(self.in_flags(_describe(error))) from None
        except UserError as error:
            raise UserError(self.in_flags(str(error))) from None

    def in_flags(self, text: str) -> str:
        """A text of the library in the words of this command line.

        Args:
            text: with names of arguments in backquotes; those of others than this command's options stay as they are.
        """
        flags = {each.name: max(each.opts, key=len) for each in self.params if isinstance(each, click.Option)}
        return re.sub(r"`(\w+)`", lambda match: flags.get(match[1], match[0]), text)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the help of all options, those of the config under its headings."""
        records = {
            each.name: each.get_help_record(ctx) for each in self.get_params(ctx) if isinstance(each, click.Option)
        }
        shown = {name: (flags, self.in_flags(text)) for name, (flags, text) in records.items()}
        sections = {heading: [shown.pop(name) for name in names] for heading, names in self.sections.items()}
        for heading, lines in {"Options": list(shown.values()), **sections}.items():
            if heading in self.folded and not ctx.meta.get(_SHOW_ALL):
                continue
            with formatter.section(heading):
                formatter.write_dl(lines)


_SHOW_ALL = "pgkeras.help_all"


def _show_all(context: click.Context, option: click.Parameter, given: bool) -> None:
    if given:
        context.meta[_SHOW_ALL] = True
        click.echo(context.get_help())
        context.exit()


command = partial(click.command, cls=Command)
"""`click.command` for a Command."""


def _describe(error: ValidationError) -> str:
    """One line for the first field that is wrong."""
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    return f"`{first['loc'][0]}` {first['input']}: {message}" if first["loc"] else message


def truncation_option(command: Callable) -> Callable:
    """Gives a click command the option --truncation, for `pgkeras.truncation.truncate`.

    Args:
        command: with a parameter `truncation`.
    """
    return click.option(
        "--truncation",
        type=click.FloatRange(0, 1, min_open=True),
        default=1.0,
        show_default=True,
        help="How far images may be from the average one: less gives up variety for quality; 1 is all of it.",
    )(command)


SEED = click.IntRange(0, 2**32 - 1)
"""Of NumPy's RandomState."""


class GridSize(click.ParamType):
    """Columns x rows of a grid, such as 4x2: a tuple of both."""

    name = "columns x rows"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What --help shows."""
        return "COLUMNSxROWS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Reads the text."""
        match = re.fullmatch(r"([1-9]\d{0,3})x([1-9]\d{0,3})", value)
        if not match:
            self.fail(f"{value!r} is not a grid; give columns and rows, such as 4x2", param, ctx)
        return int(match[1]), int(match[2])


class PositiveNumber(click.FloatRange):
    """A finite number above 0."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Reads the number."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number


class PicturePath(click.Path):
    """The name of a picture to write, a .png: a pathlib.Path."""

    name = "picture"

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Reads the name."""
        path = super().convert(value, param, ctx)
        if path.suffix.lower() != ".png":
            self.fail(f"{value} is not a picture; give a name that ends in .png", param, ctx)
        return path


class RunPath(click.Path):
    """A run folder, a folder of generators or one .keras file: a pathlib.Path of something that is there.

    Looked at before Keras is imported, which takes seconds.
    """

    name = "path"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Looks for it."""
        path = super().convert(value, param, ctx)
        if not os.path.lexists(path):
            raise UserError(f"{path}: no such run, folder or .keras file")
        return path


def config_options(config: type[BaseModel]) -> Callable[[Callable], Callable]:
    """A decorator that gives a click command one option for each field of a config class.

    Names, types, defaults and help come from the class. The command receives None for what the user did not
    give, so that a preset can supply it.

    Args:
        config: a pydantic model class; every field needs a default and a description.
    """

    def decorate(function: Callable) -> Callable:
        for name, field in reversed(config.model_fields.items()):
            function = _option(name, field)(function)
        return function

    return decorate


def take_given(config: type[BaseModel], options: dict[str, Any]) -> dict[str, Any]:
    """Takes a config class's options out of all that a command received.

    Args:
        config: the class given to `config_options`.
        options: by name; only the command's own are left.

    Returns:
        Those that the user gave.
    """
    own = {name: options.pop(name) for name in config.model_fields}
    return {name: value for name, value in own.items() if value is not None}


def _option(name: str, field: FieldInfo) -> Callable[[Callable], Callable]:
    flag = "--" + name.replace("_", "-")
    if field.annotation is bool:
        flag = f"{flag}/--no-{flag[2:]}"
    default = field.get_default(call_default_factory=True)
    return click.option(
        flag,
        name,
        type=_click_type(field),
        metavar="N|4:N,64:N..." if _is_by_resolution(field.annotation) else None,
        default=None,
        help=field.description if default in (None, ()) else f"{field.description}  [default: {typed(default)}]",
    )


def _click_type(field: FieldInfo) -> click.ParamType | type:
    if get_origin(field.annotation) is Literal:
        return click.Choice(get_args(field.annotation))
    return _scalar_type(field.annotation) or str


def _scalar_type(annotation: Any) -> type | None:
    """bool, int or float, perhaps optional; None for anything else."""
    if annotation in (bool, int, float):
        return annotation
    if get_origin(annotation) not in (Annotated, Union, UnionType):
        return None
    return next(filter(None, map(_scalar_type, get_args(annotation))), None)


def _is_by_resolution(annotation: Any) -> bool:
    return get_origin(annotation) is dict or any(map(_is_by_resolution, get_args(annotation)))
