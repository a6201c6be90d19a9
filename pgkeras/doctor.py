"""The command line that shows what pgkeras finds on this machine: `pgkeras doctor`."""

from pgkeras.command_line import command, run

EXAMPLES = """\b
Example:
  pgkeras doctor
"""


@command(epilog=EXAMPLES)
def main() -> None:
    """Shows versions, the backend and its devices, memory, and which optional parts are installed.

    Paste its output into bug reports. Nothing is sent anywhere.
    """
    from pgkeras.diagnosis import diagnose

    for name, finding in diagnose():
        print(f"{name:<14}{finding}", flush=True)


if __name__ == "__main__":
    run(main)
