"""This folder of the Postman collection shows what `/v1` refuses."""

from typing import Any

from tools.reference.components import Object
from tools.reference.postman_items import Operations, folder
from tools.reference.postman_v1 import KEY, ONE, ORDER, USER
from tools.reference.scripts import answers, expects, has, header, refuses


def errors(operations: Operations) -> Object:
    return folder("Errors", [*_bad_bodies(operations), *_bad_parameters(operations), *_bad_callers(operations)])


def _bad_bodies(operations: Operations) -> list[Object]:
    def create(name: str, tests: list[str], body: Any, **more: Any) -> Object:
        return operations.request(
            "createGeneration", name, tests=tests, body=body, query=more.pop("query", USER), **more
        )

    option = refuses(400, "invalid_request", "/style")
    option += expects("says what there is", "(body.errors[0].allowed).to.include('oil_painting')")
    several = refuses(400, "invalid_request", "/prompt") + expects("all at once", "(body.errors).to.have.lengthOf(3)")
    poor = refuses(402, "insufficient_credits") + has(required=4, available=3, charged=False)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return [
        create("Unknown field", refuses(400, "invalid_request", "/steps"), {**ORDER, "steps": 30}),
        create("Unknown option", option, {**ORDER, "style": "cubism"}),
        create("Several faults", several, {"model": "Model C", "style": "sketch", "color": "warm", "size": "512x512"}),
        create("Broken JSON", refuses(400, "malformed_json"), '{"prompt": '),
        create("No JSON", refuses(415, "unsupported_media_type"), "prompt=A+lighthouse", headers=form),
        create(
            "Key of another request",
            refuses(422, "idempotency_key_reused"),
            {**ORDER, "prompt": "Another picture"},
            headers=KEY,
        ),
        create(
            "Not enough credits",
            poor,
            {**ORDER, "size": "1024x1792"},
            query={"userId": "mike_creative"},
            local_only=True,
        ),
        operations.request(
            "receiveProviderCallback",
            "Callback without its ids",
            tests=refuses(400, "invalid_request", "/provider_job"),
            body={},
        ),
    ]


def _bad_parameters(operations: Operations) -> list[Object]:
    def get(operation: str, name: str, tests: list[str], path: Any = None, **more: Any) -> Object:
        query = more.pop("query", {}) | USER
        return operations.request(operation, name, tests=tests, path=path, query=query, **more)

    unknown = {"id": "00000000-0000-4000-8000-000000000000"}
    prefer = {"Prefer": "wait=soon"}
    return [
        get("getGeneration", "Unusable Prefer", answers(200), ONE, headers=prefer),
        get(
            "listGenerations",
            "Bad page token",
            refuses(400, "invalid_request", "page_token"),
            query={"page_token": "not-a-token"},
        ),
        get(
            "listGenerations",
            "Page token of another list",
            refuses(400, "invalid_request", "page_token"),
            query={"page_token": "{{page_token}}", "status": "failed"},
        ),
        get("getMe", "Unknown parameter", refuses(400, "invalid_request", "verbose"), query={"verbose": "1"}),
        get("getGeneration", "No such generation", refuses(404, "generation_not_found"), unknown),
        get("cancelGeneration", "Cancel what has ended", refuses(409, "already_final"), ONE),
        get(
            "listGenerations",
            "Wrong method",
            refuses(405, "method_not_allowed") + header("Allow", "GET, POST"),
            method="DELETE",
        ),
    ]


def _bad_callers(operations: Operations) -> list[Object]:
    forged = {"Authorization": "Bearer forged"}
    return [
        operations.request("getMe", "Bad token", tests=refuses(401, "unauthenticated"), headers=forged, query=USER),
        operations.request(
            "getMe", "Unknown user", tests=refuses(404, "user_not_found"), query={"userId": "benyokum"}, local_only=True
        ),
        operations.request("getMe", "Nobody named", tests=refuses(400, "invalid_request", "userId"), local_only=True),
        operations.request(
            "getGeneration",
            "Another user's generation",
            tests=refuses(404, "generation_not_found"),
            path=ONE,
            query={"userId": "havanur"},
            local_only=True,
        ),
    ]
