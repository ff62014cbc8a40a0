"""The JSON Schemas of the function URLs are put together from these pieces."""

from typing import Any

Schema = dict[str, Any]


def text(description: str = "") -> Schema:
    return {"type": "string"} | ({"description": description} if description else {})


def record(description: str, optional: dict[str, Schema] | None = None, /, **fields: Schema) -> Schema:
    """Return the schema of an object. `fields` are always present, and the optional ones may be absent."""
    return {
        "type": "object",
        "description": description,
        "properties": fields | (optional or {}),
        "required": sorted(fields),
    }


def listed(item: Schema, description: str = "") -> Schema:
    return {"type": "array", "items": item} | ({"description": description} if description else {})


def by_name(item: Schema) -> Schema:
    """Return the schema of an object whose keys are names, such as those of models."""
    return {"type": "object", "additionalProperties": item}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def counts(description: str = "") -> Schema:
    return {"type": "object", "additionalProperties": {"type": "number"}} | (
        {"description": description} if description else {}
    )


INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
TEXT = text()
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
