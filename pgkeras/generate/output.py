"""Where images go: into one picture, a folder of them, or an array."""

from pathlib import Path

import keras
import numpy as np
from numpy.lib.format import write_array_header_1_0

from pgkeras.errors import UserError
from pgkeras.files.atomic import atomic_path
from pgkeras.generate.request import Request
from pgkeras.images import MOST_PIXELS, beside, enlarge, grid, to_uint8, write_png

Text = dict[str, str]


def grid_size(request: Request, side: int, with_reals: bool) -> tuple[int, int]:
    """Width and height in pixels of what `write_grid` writes, before it is enlarged.

    Args:
        request: what to make.
        side: of an image in pixels.
        with_reals: whether a grid of real images is on the right.
    """
    width = request.columns * side
    height = -(-len(request) // request.columns) * side
    return 2 * width + _gap(side) if with_reals else width, height


def check_size(width: int, height: int, scale: int) -> None:
    """Makes sure, before any long work, that a picture will not be too large to open.

    Args:
        width: in pixels, before it is enlarged.
        height: likewise.
        scale: every pixel's new side.

    Raises:
        UserError: if it will.
    """
    width, height = scale * width, scale * height
    if width * height > MOST_PIXELS:
        raise UserError(
            f"`scale` {scale}: the picture would have {width:,} x {height:,} pixels, and {MOST_PIXELS:,} in all are "
            "the most; give a smaller `scale` or fewer images"
        )


def check_folder(out: Path, number: int) -> None:
    """Makes sure that a folder will hold these images and none of an earlier time.

    Args:
        out: the folder; it may be missing.
        number: of images to be written.

    Raises:
        UserError: if some are numbered on.
    """
    written = {f"{each:06}.png" for each in range(number)}
    if others := sorted({path.name for path in out.glob("[0-9]" * 6 + ".png")} - written):
        raise UserError(f"{out}: {others[0]} is there from an earlier time; choose another folder, or empty this one")


def write_grid(
    generator: keras.Model, request: Request, out: Path, *, reals: np.ndarray | None, scale: int, text: Text
) -> None:
    """Writes a .png of all images.

    Args:
        generator: latents, or latents and labels -> images.
        request: what to make.
        out: the file.
        reals: uint8 (images, side, side, channels), for a grid of them on the right; None for none.
        scale: every pixel's new side.
        text: metadata; the seeds are added.
    """
    made = np.concatenate([to_uint8(batch) for batch in request.make(generator)])
    picture = grid(made, request.columns)
    if reals is not None:
        picture = beside(picture, grid(reals, request.columns), _gap(made.shape[1]))
    if request.seeds is not None:
        text = text | {"Seeds": " ".join(map(str, request.seeds))}
    write_png(out, enlarge(picture, scale), text)


def write_folder(generator: keras.Model, request: Request, out: Path, *, scale: int, text: Text) -> None:
    """Writes a .png for each image.

    Args:
        generator: latents, or latents and labels -> images.
        request: what to make.
        out: the folder; made if it is missing.
        scale: every pixel's new side.
        text: metadata; each image's seed is added.
    """
    out.mkdir(exist_ok=True)
    number = 0
    for batch in request.make(generator):
        for image in to_uint8(batch):
            own = {} if request.seeds is None else {"Seed": str(request.seeds[number])}
            write_png(out / f"{number:06}.png", enlarge(image, scale), text | own)
            number += 1


def write_array(generator: keras.Model, request: Request, out: Path) -> None:
    """Writes float32 (images, side, side, channels), as the network gives them, not clipped, as an .npy.

    Args:
        generator: latents, or latents and labels -> images.
        request: what to make.
        out: the file.
    """
    header = {"descr": "<f4", "fortran_order": False, "shape": (len(request), *generator.output_shape[1:])}
    with atomic_path(out) as temporary, temporary.open("wb") as file:
        write_array_header_1_0(file, header)
        for batch in request.make(generator):
            file.write(np.ascontiguousarray(batch, "<f4").data)


def _gap(side: int) -> int:
    """Between generated and real images."""
    return side // 2
