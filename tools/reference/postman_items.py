"""Requests and folders of a Postman collection are made here, from the addresses and bodies of the OpenAPI document."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from tools.reference import scripts
from tools.reference.components import Object

_IDS = uuid.UUID("a3a4a2a0-6c34-4a56-9b7c-2a4f8c1d0e55")
BASE = "{{base_url}}"
V1_BASE = "{{v1_url}}"


class Operations:
    """Finds the operations of an OpenAPI document by their ids."""

    def __init__(self, document: Object) -> None:
        self._found = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict)
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def request(
        self,
        operation_id: str,
        name: str,
        *,
        tests: Sequence[str],
        path: Mapping[str, str] | None = None,
        shows: str | None = None,
        note: str = "",
        **more: Any,
    ) -> Object:
        """Return one request to an operation. `path` fills the places in its address, and `shows` names the example to
        keep.
        """
        method, address, operation = self._found[operation_id]
        for place, value in (path or {}).items():
            address = address.replace(f"{{{place}}}", value)
        base = V1_BASE if address.startswith("/v1/") else BASE
        saved = _saved(operation, shows) if shows else []
        description = "\n\n".join(filter(None, (operation["summary"], operation.get("description"), note)))
        return item(
            name, more.pop("method", method), base, address, tests, description=description, saved=saved, **more
        )


def folder(name: str, items: Iterable[Object], description: str = "") -> Object:
    return {"name": name, "description": description, "item": list(items)}


def item(
    name: str,
    method: str,
    base: str,
    path: str,
    tests: Sequence[str],
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    before: Sequence[str] = (),
    local_only: bool = False,
    for_people: bool = False,
    description: str = "",
    saved: Sequence[Object] = (),
) -> Object:
    """Return one request. A body that is text is sent unchanged. Ids are made from names, so names have to be unique,
    which `setNextRequest` needs too.
    """
    sent_headers = dict(headers or {})
    if body is not None:
        sent_headers = {"Content-Type": "application/json"} | sent_headers
    request: Object = {
        "method": method,
        "header": [{"key": key, "value": value} for key, value in sent_headers.items()],
        "url": _url(base, path, query or {}),
        "description": description,
    }
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
        request["body"] = {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}
    first = [*(scripts.LOCAL_ONLY if local_only else ()), *(scripts.NO_KEY if for_people else ()), *before]
    events = [event("prerequest", first)] if first else []
    return {
        "id": identity(name),
        "name": name,
        "event": [*events, event("test", tests)],
        "request": request,
        "response": list(saved),
    }


def event(listen: str, lines: Sequence[str]) -> Object:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": list(lines)}}


def identity(name: str) -> str:
    return str(uuid.uuid5(_IDS, name))


def _url(base: str, path: str, query: Mapping[str, str]) -> Object:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    url: Object = {
        "raw": f"{base}{path}" + (f"?{asked}" if asked else ""),
        "host": [base],
        "path": path.strip("/").split("/"),
    }
    if query:
        url["query"] = [{"key": key, "value": value} for key, value in query.items()]
    return url


def _saved(operation: Object, name: str) -> list[Object]:
    """Return the example of this name, in the form in which Postman keeps an answer beside its request."""
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            if name in content["examples"]:
                shown = content["examples"][name]
                return [_saved_answer(shown["summary"], int(status), media_type, shown["value"])]
    raise KeyError(f"{operation['operationId']} has no example {name}")


def _saved_answer(name: str, status: int, media_type: str, value: Any) -> Object:
    return {
        "name": name,
        "status": HTTPStatus(status).phrase,
        "code": status,
        "_postman_previewlanguage": "json" if media_type.endswith("json") else "text",
        "header": [{"key": "Content-Type", "value": media_type}],
        "cookie": [],
        "body": value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False),
    }
