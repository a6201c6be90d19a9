"""Every option that decides which faces come out and how they look."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    margin: float = Field(
        0.3,
        ge=0,
        le=3,
        description="Added to the face, in face sides; more shows more hair, and more reflection of tight photos.",
    )
    min_confidence: float = Field(0.9, ge=0.5, le=1, description="Drop what is less surely a face.")
    min_face: int = Field(20, ge=1, description="Drop faces smaller than this, in photo pixels.")
    max_yaw: float = Field(50.0, gt=0, le=90, description="Drop faces turned further to a side, in degrees.")
    min_sharpness: float = Field(
        40.0,
        ge=0,
        description="Drop faces less sharp: the variance of their Laplacian at 64x64 pixels. 0 keeps all.",
    )
    max_clipped: float = Field(
        0.4, gt=0, le=1, description="Drop faces of which a larger part is black, or burnt to white."
    )
    duplicate_distance: int = Field(
        24,
        ge=-1,
        le=256,
        description="Drop faces whose perceptual hash differs in so few of 256 bits from a larger one's. -1 keeps all.",
    )
