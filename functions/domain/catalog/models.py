"""A model is what Darkroom sells: what a provider's own model does, with its parameters, limits and prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.catalog.prices import PriceRule

# This is one value of a parameter.
Param = str | int | float | bool

Params = Mapping[str, Param]

# A request may have these parameters beside `params`.
FLAT_PARAMETERS = ("style", "color", "size")


# A job at a vendor's is given up after this time, unless its model says another one.
JOB_SECONDS_MAX = 15 * 60


class Kind(StrEnum):
    """A kind says what goes into a model, and what comes out."""

    TEXT_TO_IMAGE = "text_to_image"
    IMAGE_TO_IMAGE = "image_to_image"
    TEXT_TO_VIDEO = "text_to_video"
    IMAGE_TO_VIDEO = "image_to_video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`id` is the name that a request gives, and `provider_model` is what the provider calls it.

    `parameters` is the JSON Schema (2020-12) of its parameters. A property with `x-catalog` takes the id of an option,
    such as a style, from that list of the catalog. A prompt has at most `prompt_max` characters. `expected_seconds` is
    what a generation takes from its start to its end, or None where only the provider knows. A job at a vendor's is
    given up after `job_seconds_max`. `price_rules` are those that hold for this model only.
    """

    id: str
    kind: Kind
    provider: str
    provider_model: str
    description: str
    parameters: Mapping[str, Any]
    prompt_max: int = 1000
    price_rules: tuple[PriceRule, ...] = ()
    expected_seconds: float | None = None
    job_seconds_max: int = JOB_SECONDS_MAX
    is_active: bool = True
    is_default: bool = False
    sort_order: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A client asks a model for something. Nothing of it is checked yet.

    Without a model, the default model of the kind is meant. Without a seed, the id of the generation decides it.
    `flat` are the parameters that stand beside `params` in the request, as feraset-imagen's clients write them.
    """

    prompt: str
    model: str | None = None
    kind: Kind | None = None
    params: Params = field(default_factory=dict)
    flat: frozenset[str] = frozenset(FLAT_PARAMETERS)
    seed: int | None = None

    def pointer_of(self, name: str) -> str:
        """Return the JSON pointer to where the parameter stands in the request, or would stand."""
        return f"/{name}" if name in self.flat else f"/params/{name}"
