"""Makes the Postman collection and its environments from the OpenAPI document."""

from tools.reference import postman_errors, postman_functions, postman_keys, postman_v1, scripts, wording
from tools.reference.components import Object
from tools.reference.postman_items import V1_BASE, Operations, event, folder, identity, item

_DEPLOYED = "https://us-central1-your-project.cloudfunctions.net"
_NAME = "Darkroom"
_DESCRIPTION = """\
Runs from top to bottom against a fresh local stack (`make run`), as the tests do with newman:
`npx newman run docs/postman_collection.json -e docs/postman_environment_local.json`.

The first four folders are feraset-imagen's collection, request for request; `/v1` is the rest. Every request tests its
answer. For a deployed project choose the other environment, put the project into its two addresses and an ID token into
`id_token`: the calls are then about that token's user, who needs 20 credits, and what is about demo data is skipped.
With an API key in `api_key` that is sent instead; then `default_user_id` is to be its owner's id, and what only a
person may do is skipped.
"""
_SECRET = ("id_token", "api_key")
_VARIABLES = {
    "base_url": wording.FUNCTION_BASE,
    "v1_url": wording.HOSTING,
    "default_user_id": "arda",
    "id_token": "",
    "api_key": "",
    "stack": "local",
}


def collection(document: Object) -> Object:
    operations = Operations(document)
    return {
        "info": {
            "_postman_id": identity(_NAME),
            "name": _NAME,
            "description": _DESCRIPTION,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [
            *postman_functions.folders(operations),
            folder(
                "v1",
                [
                    *postman_v1.folders(operations),
                    _errors(operations),
                    folder("Account", postman_keys.account(operations)),
                ],
                "For new clients.",
            ),
        ],
        "event": [event("prerequest", scripts.SEND_CREDENTIAL), event("test", scripts.HAS_REQUEST_ID)],
        "variable": [{"key": key, "value": value, "type": "string"} for key, value in _VARIABLES.items()],
    }


def _errors(operations: Operations) -> Object:
    errors = postman_errors.errors(operations)
    tests = scripts.refuses(404, "route_not_found")
    errors["item"].append(item("No such address", "GET", V1_BASE, "/v1/pictures", tests))
    return errors


def environments() -> dict[str, Object]:
    """Return each environment by the name that its file's name contains."""
    deployed = {
        "base_url": _DEPLOYED,
        "v1_url": f"{_DEPLOYED}/api",
        "default_user_id": "",
        "id_token": "",
        "api_key": "",
        "stack": "deployed",
    }
    return {
        "local": _environment("Darkroom, local", _VARIABLES),
        "deployed": _environment("Darkroom, deployed", deployed),
    }


def _environment(name: str, values: dict[str, str]) -> Object:
    return {
        "id": identity(name),
        "name": name,
        "values": [
            {"key": key, "value": value, "type": "secret" if key in _SECRET else "default", "enabled": True}
            for key, value in values.items()
        ],
        "_postman_variable_scope": "environment",
    }
