"""The command line that shows a generator in the browser: `pgkeras serve runs/00000-faces-64`."""

import ipaddress
import os
import socket
import webbrowser
from pathlib import Path

import click

from pgkeras.command_line import RunPath, command, run
from pgkeras.errors import UserError

EXAMPLES = """\b
Examples:
  pgkeras serve runs/00000-faces-64 --open
  pgkeras serve generator_0064.keras --port 9000
"""


@command(epilog=EXAMPLES, extra="serve")
@click.argument("run_or_model", type=RunPath())
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port of the page; 0 for any free port.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; by default only this machine can see the page. 0.0.0.0 shows it to the whole network.",
)
@click.option("--resolution", type=int, help="Which of the run's generators.  [default: the largest]")
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
def main(run_or_model: Path, port: int, host: str, resolution: int | None, open_browser: bool) -> None:
    """Shows RUN_OR_MODEL on a local page: sliders, a walk between two seeds, images and latents to download.

    RUN_OR_MODEL is a run folder, a folder of generators or one .keras file. A photo that is dropped on the page is
    found in the generator, as pgkeras project does it; only this machine can do that, and nothing is kept of the photo.
    Ctrl-C ends it.
    """
    import waitress

    from pgkeras.runs.generators import choose_generator
    from pgkeras.serve.application import LARGEST_PHOTO, create_application
    from pgkeras.serve.studio import Studio

    path = choose_generator(run_or_model, resolution)
    with _listen(host, port) as listener:
        bound, port = listener.getsockname()[:2]
        address = ipaddress.ip_address(bound)
        studio = Studio.open(path, run_or_model)
        hosts = ["localhost", bound] if address.is_loopback else None
        application = create_application(studio, run_or_model.resolve().name, hosts)
        server = waitress.create_server(
            application, sockets=[listener], ident=None, max_request_body_size=LARGEST_PHOTO
        )
        page = f"http://{_name(address)}:{port}/"
        print(f"{page} shows {run_or_model} at {studio.side}x{studio.side}; Ctrl-C ends it", flush=True)
        if not address.is_loopback:
            print("anyone who can reach this machine can see it", flush=True)
        if open_browser:
            webbrowser.open(page)
        server.run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (socket.gaierror, UnicodeError) as error:  # the latter for what could be no name at all
        reason = getattr(error, "strerror", "is not the name of a machine")
        raise UserError(f"--host {host}: {reason}; give an address of this machine") from None
    except OSError as error:
        reason = os.strerror(error.errno).lower()
        raise UserError(f"--host {host} --port {port}: {reason}; choose another --port, or 0 for any") from None


def _name(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """What the page's address calls this machine; Flask's check of hosts knows no IPv6 addresses."""
    if address.is_unspecified:
        return socket.gethostname()
    if address.version == 4:
        return str(address)
    return "localhost" if address.is_loopback else f"[{address}]"


if __name__ == "__main__":
    run(main)
