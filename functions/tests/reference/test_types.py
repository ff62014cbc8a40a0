"""Each property needs a type, because generators of clients make invalid code of a property without one."""

from collections.abc import Iterator
from typing import Any

import pytest

from tools.reference.components import Schemas
from tools.reference.function_schemas import SCHEMAS
from tools.reference.stage import Stage

TYPED = {"type", "$ref", "anyOf", "oneOf", "allOf"}


def untyped(schema: Any, place: str) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    for name, each in schema.get("properties", {}).items():
        if not TYPED & set(each):
            yield f"{place}/{name}"
        yield from untyped(each, f"{place}/{name}")
    for key in ("items", "additionalProperties"):
        yield from untyped(schema.get(key), f"{place}/{key}")
    for variant in schema.get("anyOf", []):
        yield from untyped(variant, place)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    routes = list(Stage().app.api.routes.values())
    return {**Schemas(routes).components(), **SCHEMAS}


def test_every_property_has_a_type(schemas: dict[str, Any]) -> None:
    assert {"FunctionRefusal", "GenerationResource"} <= set(schemas)
    assert [place for name, schema in schemas.items() for place in untyped(schema, name)] == []
