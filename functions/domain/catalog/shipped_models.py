"""Darkroom comes with these models. A document with the same id, in the collection `models`, takes the place of one."""

from domain.catalog.models import Kind, Model

# A client chooses from the catalog's lists, as it did at feraset-imagen.
OPTION_PROPERTIES = {
    "style": {"type": "string", "x-catalog": "styles"},
    "color": {"type": "string", "x-catalog": "colors"},
    "size": {"type": "string", "x-catalog": "sizes"},
}

_OPTIONS_SCHEMA = {
    "type": "object",
    "properties": OPTION_PROPERTIES,
    "required": [*OPTION_PROPERTIES],
    "additionalProperties": False,
}

SHIPPED_MODELS = (
    Model(
        id="Model A",
        kind=Kind.TEXT_TO_IMAGE,
        provider="simulated",
        provider_model="landscapes",
        description="Landscapes",
        parameters=_OPTIONS_SCHEMA,
        is_default=True,
        sort_order=1,
    ),
    Model(
        id="Model B",
        kind=Kind.TEXT_TO_IMAGE,
        provider="simulated",
        provider_model="tabletops",
        description="Still lifes and abstracts",
        parameters=_OPTIONS_SCHEMA,
        sort_order=2,
    ),
    Model(
        id="Model R",
        kind=Kind.TEXT_TO_IMAGE,
        provider="simulated-remote",
        provider_model="tabletops",
        description="Works at a vendor's: submitted, then polled",
        parameters=_OPTIONS_SCHEMA,
        sort_order=3,
    ),
)
