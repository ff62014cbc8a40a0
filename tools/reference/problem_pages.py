"""The pages under docs/problems take these facts from the code: every problem that a client can be told of."""

from collections.abc import Iterator
from typing import Any

from core.errors import AppError, NotFound
from schemas.problems import charged_at
from services.generations.attempts import AttemptFailed
from tools.reference.stage import Stage

# A client never sees these: the first is only the base of other errors, and the second is for the queue.
_NEVER_TOLD = (NotFound, AttemptFailed)

_ROOMS = frozenset({"core", "domain", "services", "controllers"})

_HEAD = """\
# Problems

Every refusal of `/v1` is `application/problem+json` with a `code`, and its `type` is the address of the page of that
code. *Retry* says whether the same request may succeed later; *charged*, whether it cost credits.

| code | status | | retry | charged |
|---|---|---|---|---|
"""


def table() -> str:
    """Return the table for readers of the repository. The web's build makes its own from the list."""
    rows = (
        f"| [`{each['code']}`]({each['code']}.md) | {each['status']} | {each['title']} "
        f"| {'yes' if each['retryable'] else 'no'} | {'not known' if each['charged'] is None else 'no'} |\n"
        for each in problems()
    )
    return _HEAD + "".join(rows)


def problems() -> list[dict[str, Any]]:
    """Return each problem once, sorted by its code."""
    _ = (
        Stage().app.api.routes
    )  # a class is known when its module is loaded, and some modules are loaded only when they are needed
    found = {error.code: error for error in _kin(AppError) if error not in _NEVER_TOLD}
    return [_facts(error) for _, error in sorted(found.items())]


def _kin(error: type[AppError]) -> Iterator[type[AppError]]:
    for each in error.__subclasses__():
        if each.__module__.partition(".")[0] in _ROOMS:
            yield each
        yield from _kin(each)


def _facts(error: type[AppError]) -> dict[str, Any]:
    return {
        "code": error.code,
        "title": error.title,
        "status": error.status,
        "retryable": error.retryable,
        "charged": charged_at(error.status),
    }
