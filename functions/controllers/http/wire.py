"""Defines what a controller gets and returns: a call, an answer, and its route. No web framework is used here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from core.errors import AppError, FieldError
from domain.accounts.keys import Scope
from services.accounts.access import Caller


class Access(StrEnum):
    """Says who may call: anybody, every known caller, or only an admin."""

    PUBLIC = "public"
    KNOWN = "known"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Holds a request after its credential, query and body were checked. Names of `headers` are in lower case.

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
        assert self.caller is not None, "only public routes have no caller"  # noqa: S101 - a bug, not a refusal
        return self.caller

    @property
    def user_id(self) -> str:
        return self.known_caller.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Holds an answer, which is JSON unless the body is bytes. Then `headers` give their Content-Type."""

    body: BaseModel | Mapping[str, Any] | bytes | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRequest:
    """Holds what a request to a route carries if it is in order. The reference shows it, and tests spoil it."""

    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Describes an operation of `/v1`: its function, who may call it, and all that the reference says of it.

    An API key needs `scope`; if it is None, no key may call. `is_fenced` says that the commit of the operation checks
    the caller's standing, so that no read is needed before it. In `answers`, None stands for an answer without JSON,
    and `media_types` are the types that an answer may have besides JSON. A route that takes a body has an example.
    """

    method: str
    path: str
    name: str
    summary: str
    handle: Callable[[Call], Answer]
    example: ExampleRequest = ExampleRequest()
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
