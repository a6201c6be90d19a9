"""The command `pgkeras`: `pgkeras train ...` is `python -m pgkeras.train ...`."""

import sys
from importlib import import_module
from types import ModuleType
from typing import NoReturn

import click

from pgkeras.command_line import run
from pgkeras.tools import has_tool, import_tool

COMMANDS = {
    "data": ("pgkeras.data.__main__", "Pack images of any format into .npz files, which train fastest."),
    "train": ("pgkeras.train", "Train a GAN on images, or resume a run."),
    "generate": ("pgkeras.generate.__main__", "Make images with a run or a generator."),
    "evaluate": ("pgkeras.evaluate", "Measure generated images against real ones."),
    "compare": ("pgkeras.compare", "Compare runs by the same metrics."),
    "walk": ("pgkeras.walk.__main__", "Make a video of a run or a generator."),
    "project": ("pgkeras.project", "Find photos' faces in a generator."),
    "serve": ("pgkeras.serve.__main__", "Show a generator in the browser, with sliders."),
    "report": ("pgkeras.report.__main__", "Write a run's report again."),
    "convert": ("pgkeras.convert", "Convert weights of the official code or of PyTorch GAN Zoo."),
    "doctor": ("pgkeras.doctor", "Show versions, devices and optional parts, for bug reports."),
}
TOOLS = {
    "crop": ("preprocessing.crop_faces", "Crop the faces in photos into a training set."),
    "export": ("export.to_tflite", "Export generators to TFLite, for phones."),
    "verify": ("export.verify", "Check that an exported folder arrived intact."),
    "web": ("export.to_web", "Make a web page of exported models."),
    "apk": ("android_demo.build_apk", "Build an Android app around exported models."),
}


class Commands(click.Group):
    """Commands whose modules are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of work."""
        first, *others = TOOLS
        return [name for name in (first, *COMMANDS, *others) if name in COMMANDS or has_tool(TOOLS[name][0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        tool = TOOLS.get(cmd_name)
        module = import_tool(tool[0]) if tool else import_module(COMMANDS[cmd_name][0])
        return module.main if isinstance(module.main, click.Command) else _standalone(module)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a line for each."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, (COMMANDS | TOOLS)[name][1]) for name in self.list_commands(ctx)])


def _standalone(module: ModuleType) -> click.Command:
    """For a program that reads `sys.argv` itself, because it must run without click."""

    @click.command(help=module.__doc__, add_help_option=False, context_settings={"ignore_unknown_options": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_context
    def program(context: click.Context, arguments: tuple[str, ...]) -> None:
        sys.argv = [context.command_path, *arguments]
        module.main()

    return program


@click.command(cls=Commands, invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Progressive growing GANs: from a folder of photos to an app on a phone. Every command has --help."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def start() -> NoReturn:
    """Runs the command on `sys.argv`."""
    run(main)


if __name__ == "__main__":
    start()
