"""Every option that decides which faces come out and how they look."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

TIGHTEST, WIDEST = -0.25, 3.0
ENLARGED = 1.25  # times, at most, unless --min-face says otherwise


def _parse_margin(value: Any) -> Any:
    """Reads "auto", "0.3" or 0.3."""
    try:
        number = value if value == "auto" else float(value)
    except (TypeError, ValueError):
        number = None
    if number == "auto" or (number is not None and TIGHTEST <= number <= WIDEST):
        return number
    raise ValueError(f"must be auto, or a number from {TIGHTEST:g} to {WIDEST:g}")


class CropConfig(BaseModel):
    """How faces are found, judged and cut out.

    The same photos with the same options give the same file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(256, ge=4, le=1024, description="Side of the crops in pixels.")
    faces: Literal["largest", "all", "only"] = Field(
        "largest",
        description="Which of a photo's faces to keep; only: the face of photos that show one person.",
    )
    align: bool = Field(
        True, description="Turn and scale faces so that eyes and mouth are at the same places; otherwise cut the box."
    )
    margin: Annotated[float | Literal["auto"], BeforeValidator(_parse_margin)] = Field(
        "auto",
        description="Added to the face, in face sides, from -0.25 to 3; more shows more hair. auto: the largest, up to "
        "0.3, with which nine of ten faces keep 95% of their square inside the photo.",
    )
    max_outside: float = Field(
        0.15,
        gt=0,
        le=1,
        description="Drop faces with more than this share of their square outside the photo. 1 keeps all.",
    )
    min_confidence: float = Field(0.9, ge=0.5, le=1, description="Drop detections with a lower confidence than this.")
    min_face: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Drop faces with fewer photo pixels across their square.  [default: 0.8 times `size`]",
    )
    max_yaw: float = Field(50.0, gt=0, le=90, description="Drop faces turned further to a side, in degrees.")
    min_sharpness: float = Field(
        40.0,
        ge=0,
        description="Drop faces less sharp: the variance of their Laplacian at 64x64 pixels. 0 keeps all.",
    )
    max_clipped: float = Field(0.4, gt=0, le=1, description="Drop faces with more than this share black or blown out.")
    duplicate_distance: int = Field(
        24,
        ge=-1,
        le=256,
        description="Drop faces whose perceptual hash differs from a larger one's in this many of 256 bits or fewer. "
        "-1 keeps all.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.align and self.margin != "auto" and self.margin < 0:
            raise ValueError(
                f"`margin` {self.margin:g}: without `align` it would cut into the face's own box; give 0 or more"
            )
        return self

    @property
    def smallest_side(self) -> float:
        """The photo pixels that a face's square must have across."""
        return self.size / ENLARGED if self.min_face is None else self.min_face

    def resolved(self, margin: float) -> Self:
        """The same options, with numbers for what depends on the photos or on other options.

        Args:
            margin: that `auto` stands for, or the one given.
        """
        return self.model_copy(update={"margin": margin, "min_face": self.smallest_side})
