"""What a controller gets and gives: a call, an answer, and the route that leads to it. No web framework in sight."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from core.errors import AppError, FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, after its credential, its query and its body were checked. Headers by lower-case name."""

    request_id: str
    user_id: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Any = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: BaseModel | Mapping[str, Any] | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation of `/v1`: what serves it, and all that the reference says of it."""

    method: str
    path: str
    name: str
    summary: str
    handle: Callable[[Call], Answer]
    answers: Mapping[int, type[BaseModel]]
    errors: tuple[type[AppError], ...] = ()
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    checks: Callable[[Mapping[str, Any]], Iterable[FieldError]] | None = None
    is_public: bool = False
