"""Operations share these parts: schemas from the wire's own classes, parameters, headers, responses."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from controllers.http.wire import Route
from schemas.base import Inbound, InboundText
from schemas.compatibility.function_urls import (
    CreateGenerationRequest,
    GenerationCreated,
    GenerationStatus,
    UserCredits,
    UserExists,
)
from schemas.problems import Problem
from tools.reference.stage import Exchange
from tools.reference.wording import REQUEST_HEADERS, RESPONSE_HEADERS

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
TEXT = {"type": "string"}
_PREFIX = "#/components"
_FUNCTION_MODELS = (CreateGenerationRequest, GenerationCreated, GenerationStatus, UserCredits, UserExists)

Object = dict[str, Any]


class _Plain(GenerateJsonSchema):
    """Makes schemas without a title for every field, because that would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


class Schemas:
    """The JSON Schemas of all classes of the wire, named by their classes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        routes = list(routes)
        found: set[type[BaseModel]] = {Problem, *_FUNCTION_MODELS}
        queries = {route.query for route in routes if route.query}
        for route in routes:
            found |= {*filter(None, (*route.answers.values(), route.body))}
        models = sorted(found | queries, key=lambda model: model.__name__)
        pairs = [(model, _mode(model)) for model in models]
        _, top = models_json_schema(pairs, ref_template=f"{_PREFIX}/schemas/{{model}}", schema_generator=_Plain)
        self._all: Object = top["$defs"]
        self._queries = {query.__name__ for query in queries}

    def components(self) -> Object:
        """Return all schemas except those of queries, which stand as parameters with their operations."""
        return {name: schema for name, schema in self._all.items() if name not in self._queries}

    def query_parameters(self, query: type[BaseModel], exchanges: Iterable[Exchange]) -> list[Object]:
        schema = self._all[query.__name__]
        examples = {name: value for exchange in exchanges for name, value in exchange.query.items()}
        required = schema.get("required", ())
        return [
            _query_parameter(name, each, examples.get(name), required=name in required)
            for name, each in schema["properties"].items()
        ]


def reference(kind: str, name: str) -> Object:
    return {"$ref": f"{_PREFIX}/{kind}/{name}"}


def schema_of(model: type[BaseModel]) -> Object:
    return reference("schemas", model.__name__)


def path_parameters(route: Route, exchanges: Iterable[Exchange]) -> Iterable[Object]:
    names = re.findall(r"{(\w+)}", route.path)
    pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path)
    found = [match for exchange in exchanges if (match := re.fullmatch(pattern, exchange.path))]
    for name in names:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, "example": found[0][name]}


def request_headers() -> Object:
    return {name: {"name": name, "in": "header", **each} for name, each in REQUEST_HEADERS.items()}


def response_headers() -> Object:
    return {name: {"description": each, "schema": {"type": "string"}} for name, each in RESPONSE_HEADERS.items()}


def json_content(schema: Object, examples: Mapping[str, Object], media_type: str = JSON) -> Object:
    return {media_type: {"schema": schema, "examples": dict(examples)}}


def example(summary: str, value: Any) -> Object:
    return {"summary": summary, "value": value}


def response(description: str, schema: Object, shown: Iterable[tuple[str, str, Exchange]]) -> Object:
    """Return one status of one operation. `shown` holds name, summary and exchange. The headers are those that were
    seen.

    `schema` is that of JSON. Everything else is text or bytes, and is shown if it is short.
    """
    shown = list(shown)
    headers = {name for _, _, exchange in shown for name in exchange.headers if name in RESPONSE_HEADERS}
    content: Object = {}
    for media_type in dict.fromkeys(exchange.media_type for _, _, exchange in shown):
        examples = {
            name: example(summary, exchange.content)
            for name, summary, exchange in shown
            if exchange.media_type == media_type and exchange.content is not None
        }
        content |= json_content(schema if media_type.endswith("json") else TEXT, examples, media_type)
    return {
        "description": description,
        "headers": {name: reference("headers", name) for name in sorted(headers)},
        "content": content,
    }


def phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _mode(model: type[BaseModel]) -> JsonSchemaMode:
    return "validation" if issubclass(model, Inbound | InboundText) else "serialization"


def _query_parameter(name: str, schema: Object, shown: str | None, *, required: bool) -> Object:
    schema = dict(schema)
    description = schema.pop("description", None)
    if schema.get("default", 0) is None:
        schema.pop("default")
    variants = [variant for variant in schema.pop("anyOf", []) if variant != {"type": "null"}]
    for variant in variants:
        schema |= variant
    parameter: Object = {"name": name, "in": "query", "required": required, "schema": schema}
    if description:
        parameter["description"] = description
    if shown is not None:
        parameter["example"] = int(shown) if schema.get("type") == "integer" else shown
    return parameter
