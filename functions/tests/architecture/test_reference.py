"""The reference is made from the code, so it can only be out of date or incomplete. These tests look for both."""

import importlib
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from controllers.http.wire import Route
from core import damage
from core import errors as core_errors
from core.errors import AppError, NotFound
from domain.credits.errors import InsufficientCredits
from services.generations.attempts import AttemptFailed
from tools import generate_docs
from tools.reference.problems import NotProvoked, problems
from tools.reference.stage import Stage
from tools.services import expected_functions

DOMAIN = Path(__file__).resolve().parents[2] / "domain"

Object = dict[str, Any]
# These are the place of an example, its name, its schema and its value.
Place = tuple[str, str, Any, Any]


@pytest.fixture(scope="module")
def rendered() -> dict[str, str]:
    return generate_docs.documents()


@pytest.fixture(scope="module")
def document(rendered: dict[str, str]) -> Object:
    found: Object = json.loads(rendered["docs/openapi.json"])
    return found


@pytest.fixture(scope="module")
def collection(rendered: dict[str, str]) -> Object:
    found: Object = json.loads(rendered["docs/postman_collection.json"])
    return found


@pytest.fixture(scope="module")
def routes() -> Mapping[str, Route]:
    return Stage().app.api.routes


def test_the_files_are_what_the_code_says(rendered: dict[str, str]) -> None:
    stale = [name for name, text in rendered.items() if generate_docs.current(name) != text]
    assert not stale, "run `make docs`"


def test_the_openapi_document_is_valid(document: Object) -> None:
    validate(document)


def test_every_route_is_an_operation(document: Object, routes: dict[str, Route]) -> None:
    documented = {
        operation["operationId"]: (method, path)
        for method, path, operation in operations(document)
        if path.startswith("/v1/")
    }
    assert documented == {route.name: (route.method.lower(), route.path) for route in routes.values()}


def test_every_function_behind_hosting_is_documented(document: Object) -> None:
    functions = {path.strip("/") for path in document["paths"] if not path.startswith("/v1/")}
    assert functions == expected_functions() - {"api"}


def test_every_status_that_an_operation_can_end_with_is_there(document: Object, routes: dict[str, Route]) -> None:
    for _, path, operation in operations(document):
        statuses = set(answers(document, operation))
        assert {"429", "431"} <= statuses or operation["operationId"].endswith("ByPost"), path
        if path.startswith("/v1/"):
            route = routes[operation["operationId"]]
            assert {*map(str, route.answers), "401", "403"} <= statuses, path


def test_every_operation_says_what_a_key_needs(document: Object, routes: dict[str, Route]) -> None:
    for _, path, operation in operations(document):
        takes_keys = {"apiKey": []} in operation["security"]
        assert takes_keys == (operation["x-scope"] is not None), path
        assert not takes_keys or f"`{operation['x-scope']}`" in operation["description"], path
        if path.startswith("/v1/"):
            assert operation["x-scope"] == routes[operation["operationId"]].scope, path


def test_whoever_is_known_is_told_what_is_left_of_its_requests(document: Object, routes: dict[str, Route]) -> None:
    for _, path, operation in operations(document):
        for status, response in operation["responses"].items():
            if path.startswith("/v1/") and status.startswith("2"):
                told = {"RateLimit", "RateLimit-Policy"} <= set(response["headers"])
                assert told != routes[operation["operationId"]].is_public, path


def test_every_format_that_a_route_may_answer_with_is_there_and_no_other(
    document: Object, routes: dict[str, Route]
) -> None:
    for method, path, operation in operations(document):
        if path.startswith("/v1/"):
            route = routes[operation["operationId"]]
            json_too = {"application/json"} if any(route.answers.values()) else set()
            answered = [each for status, each in operation["responses"].items() if status.startswith("2")]
            formats = {media_type for each in answered for media_type in each["content"]}
            assert formats == {*route.media_types, *json_too}, (method, path)


def test_every_error_that_an_operation_names_has_an_example(document: Object, routes: dict[str, Route]) -> None:
    named = {(route.name, error.code) for route in routes.values() for error in route.errors}
    assert named <= shown_codes(document)


def test_every_error_of_the_product_appears(document: Object) -> None:
    rooms = [importlib.import_module(f"domain.{path.parent.name}.errors") for path in DOMAIN.glob("*/errors.py")]
    expected = {error.code for error in declared_errors(core_errors, damage, *rooms)} - {NotFound.code}
    shown = {code for _, code in shown_codes(document)} | set(function_error_types(document))
    assert expected - shown == set()
    assert AttemptFailed.code not in shown, "it is for the queue, never for a client"


def test_an_error_that_does_not_happen_cannot_be_documented(routes: dict[str, Route]) -> None:
    wrong = replace(routes["getHealth"], errors=(InsufficientCredits,))
    with pytest.raises((NotProvoked, KeyError)):
        list(problems(wrong))


def test_every_example_fits_its_schema(document: Object) -> None:
    resource = DRAFT202012.create_resource(document)
    registry = Registry().with_resource("urn:document", resource)
    count = 0
    for where, name, schema, value in examples(document):
        absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:document#/'))
        faults = [fault.message for fault in Draft202012Validator(absolute, registry=registry).iter_errors(value)]
        assert not faults, f"{where}, {name}"
        count += 1
    assert count > 150


def test_every_operation_is_in_the_postman_collection(document: Object, collection: Object) -> None:
    sent = {(each["request"]["method"], path_of(each)) for each in requests(collection)}
    documented = {
        (method.upper(), path)
        for method, path, operation in operations(document)
        if not operation["operationId"].endswith("ByPost")
    }
    for method, path in documented:
        assert any(method == sent_method and matches(path, sent_path) for sent_method, sent_path in sent), path


def test_feraset_imagens_thirteen_requests_come_first_and_under_their_names(collection: Object) -> None:
    first = {folder["name"]: [each["name"] for each in folder["item"]] for folder in collection["item"][:4]}
    assert list(first) == ["Admin", "User Management", "Image Generation", "Error Testing"]
    assert sum(map(len, first.values())) == 13
    assert "Create Generation Request - Oil Painting - 1024x1792" in first["Image Generation"]


def test_every_postman_request_tests_its_answer_and_has_a_name_of_its_own(collection: Object) -> None:
    found = list(requests(collection))
    names = [each["name"] for each in found]
    assert len(names) == len(set(names)), "setNextRequest finds requests by their names"
    for each in found:
        script = "\n".join(next(event for event in each["event"] if event["listen"] == "test")["script"]["exec"])
        assert "to.have.status" in script or "response.code" in script, each["name"]
        assert "Content-Type" in script, each["name"]


def test_check_names_the_file_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate_docs, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["generate_docs.py"])
    assert generate_docs.main() == 0
    (tmp_path / "docs/openapi.json").write_text("{}")
    monkeypatch.setattr("sys.argv", ["generate_docs.py", "--check"])
    assert generate_docs.main() == 1
    assert capsys.readouterr().err.splitlines() == ["docs/openapi.json is not what the code says; run 'make docs'"]
    assert (tmp_path / "docs/openapi.json").read_text() == "{}"


def operations(document: Object) -> Iterator[tuple[str, str, Object]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                yield method, path, operation


def examples(document: Object) -> Iterator[Place]:
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        for parameter in operation["parameters"]:
            if "example" in parameter:
                yield where, parameter["name"], parameter["schema"], parameter["example"]
        for content in contents(operation):
            for name, each in content["examples"].items():
                yield where, name, content["schema"], each["value"]
    for name, parameter in document["components"]["parameters"].items():
        yield "parameter", name, parameter["schema"], parameter["example"]
    for response in document["components"]["responses"].values():
        for name, content in response["content"].items():
            for example, each in content["examples"].items():
                yield name, example, content["schema"], each["value"]


def answers(document: Object, operation: Object) -> dict[str, Object]:
    """Return the responses of an operation, with the shared ones put in."""
    shared = document["components"]["responses"]
    found = {status: each for status, each in operation["responses"].items() if status != "default"}
    return {
        status: shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each for status, each in found.items()
    }


def contents(operation: Object) -> Iterator[Object]:
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from part.get("content", {}).values()


def shown_codes(document: Object) -> set[tuple[str, str]]:
    """Return operation and code of every problem that is shown. The common problems belong to no operation."""
    found = {
        (operation["operationId"], each["value"]["code"])
        for _, _, operation in operations(document)
        for response in answers(document, operation).values()
        for each in response.get("content", {}).get("application/problem+json", {"examples": {}})["examples"].values()
    }
    common = document["components"]["responses"]["NoOperation"]["content"]["application/problem+json"]["examples"]
    return found | {("", code) for code in common}


def function_error_types(document: Object) -> Iterator[str]:
    for where, _, _, value in examples(document):
        if "/v1/" not in where and isinstance(value, dict) and "error_type" in value:
            yield value["error_type"]


def declared_errors(*modules: ModuleType) -> Iterator[type[AppError]]:
    for module in modules:
        for _, each in inspect.getmembers(module, inspect.isclass):
            if issubclass(each, AppError) and each.__module__ == module.__name__:
                yield each


def requests(folder: Object) -> Iterator[Object]:
    for each in folder["item"]:
        if "item" in each:
            yield from requests(each)
        else:
            yield each


def path_of(request: Object) -> str:
    return "/" + "/".join(request["request"]["url"]["path"])


def matches(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        name == part or name.startswith("{") for name, part in zip(wanted, given, strict=True)
    )
