"""The self-contained pages that pgkeras and preprocessing write: their look, and what their templates share."""

import base64
import re
from pathlib import Path

import jinja2
import markupsafe

from pgkeras.files.atomic import atomic_path
from pgkeras.text import counted


def templates(package: str) -> jinja2.Environment:
    """The page templates of a package: they extend "page/page.html.j2" and may import "page/parts.html.j2".

    Whatever they show is escaped. Filters: `counted` of `pgkeras.text`, and `embedded` and `with_code`, below.

    Args:
        package: dotted name of the package that the templates lie in.
    """
    own = jinja2.PackageLoader(package, ".")
    shared = jinja2.PrefixLoader({"page": jinja2.PackageLoader("pgkeras.page", ".")})
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([shared, own]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"counted": counted, "embedded": embedded, "with_code": with_code}
    return environment


def write_page(path: Path, page: str) -> None:
    """Writes a page atomically.

    Args:
        path: the .html to write.
        page: its text; what is not valid Unicode, as file names need not be, becomes question marks.

    Raises:
        OSError: if the file cannot be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(page.encode("utf-8", errors="replace"))


def embedded(picture: bytes, media_type: str) -> str:
    """A picture's address with the picture in it.

    Args:
        picture: a whole file.
        media_type: such as "image/jpeg".

    >>> embedded(b"abc", "image/jpeg")
    'data:image/jpeg;base64,YWJj'
    """
    return f"data:{media_type};base64,{base64.b64encode(picture).decode()}"


def with_code(text: str) -> markupsafe.Markup:
    """Text in which backticks mark what is typed.

    Args:
        text: not yet escaped.

    >>> with_code("lower `--seed` & more")
    Markup('lower <code>--seed</code> &amp; more')
    """
    return markupsafe.Markup(re.sub("`(.+?)`", r"<code>\1</code>", str(markupsafe.escape(text))))
