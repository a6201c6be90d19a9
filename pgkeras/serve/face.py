"""What one address of the page shows: a seed or a face, the way to another seed, and what the sliders add."""

import math
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pgkeras.latents import LAST_SEED

FURTHEST = 3

Seed = Annotated[int, Field(ge=0, le=LAST_SEED)]


class Face(BaseModel):
    """One image's parameters, as they stand in its address.

    Attributes:
        seed: where the way begins.
        face: number of a face that was found, where it begins instead.
        towards: seed where it ends, or None to stay at its beginning.
        way: how much of it is gone, from 0 to 1.
        sliders: steps along the semantic directions, from -3 to 3; in the address "0.5,0,-1". Those that are missing
            are 0. A latent's component along any direction is N(0, 1), so they are in its standard deviations.
        label: number of the class; 0 if the generator has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: Seed | None = None
    face: int | None = Field(None, ge=0)
    towards: Seed | None = None
    way: float = Field(0.0, ge=0, le=1)
    sliders: tuple[float, ...] = ()
    label: int = Field(0, ge=0)

    @field_validator("sliders", mode="before")
    @classmethod
    def _split(cls, text: str) -> list[str]:
        return text.split(",") if text else []

    @field_validator("sliders")
    @classmethod
    def _check_range(cls, sliders: tuple[float, ...]) -> tuple[float, ...]:
        if not all(math.fabs(step) <= FURTHEST for step in sliders):
            raise ValueError(f"each number must be from -{FURTHEST} to {FURTHEST}")
        return sliders

    @model_validator(mode="after")
    def _check_start(self) -> Self:
        if (self.seed is None) == (self.face is None):
            raise ValueError("give seed, or face, where the way begins")
        return self

    @model_validator(mode="after")
    def _check_way(self) -> Self:
        if self.way and self.towards is None:
            raise ValueError("way needs towards, the seed that it leads to")
        return self
