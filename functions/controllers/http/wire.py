"""What a controller gets and gives: a call, an answer, and the route that leads to it. No web framework in sight."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from core.errors import AppError, FieldError
from domain.accounts.keys import Scope
from services.accounts.access import Caller


class Access(StrEnum):
    """Who may call: anybody, whoever is known, or an admin."""

    PUBLIC = "public"
    KNOWN = "known"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, after its credential, its query and its body were checked. Headers by lower-case name.

    `caller` is None on public routes only. `remote` is the address that opened the connection.
    """

    request_id: str
    caller: Caller | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    remote: str = ""

    @property
    def known_caller(self) -> Caller:
        assert self.caller is not None, "only public routes are called by nobody"  # noqa: S101 - a bug, not a refusal
        return self.caller

    @property
    def user_id(self) -> str:
        return self.known_caller.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """JSON, unless the body is bytes: then `headers` name their Content-Type."""

    body: BaseModel | Mapping[str, Any] | bytes | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation of `/v1`: what serves it, who may call it, and all that the reference says of it.

    `scope` is what an API key needs; without one, no key may. `is_fenced`: its commit judges the caller's standing
    anew, so that no read is needed before it. `answers` has None where there is no JSON to answer with;
    `media_types` are those that an answer may have beside it.
    """

    method: str
    path: str
    name: str
    summary: str
    handle: Callable[[Call], Answer]
    answers: Mapping[int, type[BaseModel] | None]
    errors: tuple[type[AppError], ...] = ()
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    checks: Callable[[Mapping[str, Any]], Iterable[FieldError]] | None = None
    access: Access = Access.KNOWN
    scope: Scope | None = None
    is_fenced: bool = False
    media_types: tuple[str, ...] = ()

    @property
    def is_public(self) -> bool:
        return self.access is Access.PUBLIC
