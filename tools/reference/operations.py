"""The operations of the reference are the routes of `/v1` and the function URLs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from controllers.http.wire import Access, Route
from core.errors import AppError
from domain.accounts.keys import ADMIN_SCOPES, Scope
from schemas.problems import Problem
from tools.reference import functions
from tools.reference.components import (
    TEXT,
    Object,
    Schemas,
    example,
    json_content,
    path_parameters,
    phrase,
    reference,
    response,
    schema_of,
)
from tools.reference.examples import EXAMPLES
from tools.reference.function_examples import exchanges
from tools.reference.functions import FunctionOperation
from tools.reference.problems import problems, shared, without_operation
from tools.reference.samples import SAMPLED, samples
from tools.reference.stage import Exchange
from tools.reference.wording import tag_of

# An example has its name, a text about it, and the exchange.
Shown = tuple[str, str, Exchange]

_FIRST_ERROR = 400
_ANYBODY: list[dict[str, list[str]]] = []
_PERSON: list[dict[str, list[str]]] = [{"bearer": []}, {"openModeUser": []}]
_PERSON_OR_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}, {"openModeUser": []}]


def route_operation(route: Route, schemas: Schemas) -> Object:
    shown = [(each.name, each.summary, each.exchange()) for each in EXAMPLES if each.operation == route.name]
    sent = [exchange for _, _, exchange in shown]
    parameters = [*path_parameters(route, sent)]
    if route.query is not None:
        parameters += schemas.query_parameters(route.query, sent)
    parameters += [reference("parameters", name) for name in (*route.headers, *_headers_of(route), "X-Request-Id")]
    operation: Object = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _access(route),
        "tags": [tag_of(route.path)],
        "security": _security(route),
        "x-scope": route.scope and route.scope.value,
        "parameters": parameters,
    }
    if route.body is not None:
        operation["requestBody"] = _request_body(schema_of(route.body), shown)
    operation["responses"] = {
        **_answers({status: schema_of(model) for status, model in route.answers.items() if model}, shown),
        **_problem_responses(problems(route)),
        "default": reference("responses", "NoOperation"),
    }
    sampled = [exchange for name, _, exchange in shown if name == SAMPLED.get(route.name)]
    return operation | {"x-codeSamples": samples(*sampled)} if sampled else operation


def responses() -> Object:
    """Return the responses that operations share."""
    alike = {error.__name__: _problem_response([(error, exchange)]) for error, exchange in shared()}
    return alike | {"NoOperation": _no_operation()}


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.is_public:
        return _ANYBODY
    return _PERSON if route.scope is None else _PERSON_OR_KEY


def _headers_of(route: Route) -> Iterable[str]:
    """Return the header with which a service key acts for users. No route for admins has it, because none of these
    users is an admin.
    """
    return () if route.access is not Access.KNOWN or route.scope is None else ("X-External-User-Id",)


def _access(route: Route) -> str:
    if route.is_public:
        return "For everybody: no credential is needed. One that is sent is still verified."
    if route.access is Access.ADMIN:
        return f"For admins only. An API key needs an admin as its owner, and the scope `{route.scope}`."
    return _needed(route.scope)


def _needed(scope: Scope | None) -> str:
    if scope is None:
        return "No API key may do this: sign in."
    if scope in (Scope.KEYS_READ, Scope.KEYS_WRITE):
        return f"An API key needs the scope `{scope}`, an admin as its owner, and a user that it acts for."
    owner = ", and an admin as its owner" if scope in ADMIN_SCOPES else ""
    return f"An API key needs the scope `{scope}`{owner}."


def _no_operation() -> Object:
    """Return the response for an unknown address or method."""
    shown = [(error.code, error.title, exchange) for error, exchange in without_operation()]
    codes = ", ".join(f"`{code}`" for code, _, _ in shown)
    return response(f"No such operation: {codes}", schema_of(Problem), shown)


def function_operation(function: FunctionOperation) -> Object:
    shown = [
        (each.name, each.summary, exchange) for each, exchange in exchanges(function.operation_id, function.examples)
    ]
    operation: Object = {
        "operationId": function.operation_id,
        "summary": function.summary,
        "description": " ".join(filter(None, (function.description, _needed(function.scope)))),
        "tags": [functions.TAG],
        "security": [{"bearer": []}, *([{"apiKey": []}] if function.scope else []), {}],
        "x-scope": function.scope and function.scope.value,
        "parameters": [*_function_parameters(function, shown), reference("parameters", "X-Request-Id")],
    }
    if function.body is not None:
        operation["requestBody"] = _request_body(function.body, shown)
    refusal = reference("schemas", function.refusal)
    schemas = {exchange.status: refusal for _, _, exchange in shown if exchange.status >= _FIRST_ERROR}
    schemas |= {status: reference("schemas", name) for status, name in function.answers.items()}
    operation["responses"] = _answers(schemas, shown)
    return operation


def _function_parameters(function: FunctionOperation, shown: list[Shown]) -> Iterable[Object]:
    for name, schema in function.query.items():
        good = (exchange.query for _, _, exchange in shown if exchange.status < _FIRST_ERROR)
        values = [query[name] for query in good if name in query]
        parameter = {
            "name": name,
            "in": "query",
            "required": name not in function.optional,
            "schema": {"type": schema["type"]},
            "description": schema["description"],
        }
        yield parameter | {"example": values[0]} if values else parameter


def _request_body(schema: Object, shown: Iterable[Shown]) -> Object:
    examples = {
        name: example(summary, exchange.sent)
        for name, summary, exchange in shown
        if exchange.status < _FIRST_ERROR and exchange.sent is not None
    }
    return {"required": True, "content": json_content(schema, examples)}


def _answers(schemas: Mapping[int, Object], shown: Iterable[Shown]) -> Object:
    by_status: dict[int, list[Shown]] = defaultdict(list)
    for each in shown:
        by_status[each[2].status].append(each)
    return {
        str(status): response(phrase(status), schemas.get(status, TEXT), examples)
        for status, examples in sorted(by_status.items())
    }


def _problem_responses(found: Iterable[tuple[type[AppError], Exchange]]) -> Object:
    by_status: dict[int, list[tuple[type[AppError], Exchange]]] = defaultdict(list)
    for error, exchange in found:
        by_status[exchange.status].append((error, exchange))
    return {str(status): _problem_of(each) for status, each in sorted(by_status.items())}


def _problem_of(found: list[tuple[type[AppError], Exchange]]) -> Object:
    """Return a response of the operation's own, unless it is one that operations share."""
    if len(found) == 1:
        (error, exchange), alike = found[0], dict(shared())
        if error in alike and _said(alike[error]) == _said(exchange):
            return reference("responses", error.__name__)
    return _problem_response(found)


def _said(exchange: Exchange) -> Object:
    """Return everything except the request's id, which is also part of the text about a bug."""
    request_id = exchange.content["request_id"]
    return {name: str(value).replace(request_id, "") for name, value in exchange.content.items()}


def _problem_response(found: list[tuple[type[AppError], Exchange]]) -> Object:
    found = sorted(found, key=lambda each: each[0].code)
    codes = ", ".join(f"`{error.code}`" for error, _ in found)
    shown: list[Any] = [(error.code, error.title, exchange) for error, exchange in found]
    return response(f"{phrase(found[0][1].status)}: {codes}", schema_of(Problem), shown)
