"""Shows operators the catalog, and lets them change it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.errors import (
    FieldError,
    InvalidRequest,
    PayloadTooLarge,
    PermissionDenied,
    Unavailable,
    UnsupportedMediaType,
    VersionMismatch,
)
from domain.accounts.keys import Scope
from domain.catalog.errors import LastOption, OptionNotFound
from domain.catalog.options import ListedOption, OptionKind
from schemas.operations.catalog import ListedCatalog, ListedColor, ListedSize, ListedStyle, PutColor, PutSize, PutStyle
from services.accounts.instructions import Instruction
from services.catalog.editing import CatalogEditingService, ExpectedVersions

_OPTION_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,49}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_TAG = re.compile(r'(W/)?"([!#-~\x80-\xff]*)"')
_TAGS = re.compile(rf"[ \t,]*{_TAG.pattern}([ \t]*,[ \t,]*{_TAG.pattern})*[ \t,]*")
_REFUSALS = (InvalidRequest, PermissionDenied, VersionMismatch, LastOption, Unavailable)


@dataclass(frozen=True, slots=True)
class _OptionType:
    """Says how the options of a kind are called, and what they look like on the wire."""

    kind: OptionKind
    name: str
    put: type[PutStyle]
    listed: type[ListedStyle]
    example: Mapping[str, Any]


_STYLE = {"display_name": "Woodcut", "description": "Cut in wood, printed in black", "sort_order": 7}
_COLOR = {**_STYLE, "display_name": "Ink", "hex_examples": ["#101820", "#FEE715"], "is_active": True}
_SIZE = {**_STYLE, "display_name": "Wide", "description": "For headers"} | {
    "width": 1024,
    "height": 576,
    "aspect_ratio": "16:9",
    "credit_cost": 2,
}
_OPTION_TYPES = (
    _OptionType(OptionKind.STYLE, "Style", PutStyle, ListedStyle, _STYLE),
    _OptionType(OptionKind.COLOR, "Color", PutColor, ListedColor, _COLOR),
    _OptionType(OptionKind.SIZE, "Size", PutSize, ListedSize, _SIZE),
)


class AdminCatalogController:
    def __init__(self, editing: CatalogEditingService) -> None:
        self._editing = editing

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/admin/catalog",
            name="adminGetCatalog",
            summary="Get all styles, colours and sizes, also those that are not on offer.",
            handle=self.get,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: ListedCatalog},
            errors=(PermissionDenied,),
        )
        for option_type in _OPTION_TYPES:
            yield from self._routes_of(option_type)

    def _routes_of(self, option_type: _OptionType) -> Iterable[Route]:
        what = option_type.name.lower().replace("color", "colour")
        path = f"/v1/admin/catalog/{option_type.kind}/{{id}}"
        yield Route(
            method="PUT",
            path=path,
            name=f"adminPut{option_type.name}",
            summary=f"Create or replace a {what}. Other instances show it within a minute; what was ordered stays.",
            handle=partial(self.put, option_type),
            example=ExampleRequest(body=option_type.example),
            body=option_type.put,
            headers=("If-Match",),
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: option_type.listed, 201: option_type.listed},
            errors=(*_REFUSALS, PayloadTooLarge, UnsupportedMediaType),
        )
        yield Route(
            method="DELETE",
            path=path,
            name=f"adminDeactivate{option_type.name}",
            summary=f"Take a {what} off offer, everywhere within a minute. It can be put back.",
            handle=partial(self.withdraw, option_type),
            headers=("If-Match",),
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: option_type.listed},
            errors=(*_REFUSALS, OptionNotFound),
        )

    def get(self, _: Call) -> Answer:
        return Answer(
            body=ListedCatalog(
                styles=[*map(ListedStyle.of, self._editing.all(OptionKind.STYLE))],
                colors=[*map(ListedColor.of, self._editing.all(OptionKind.COLOR))],
                sizes=[*map(ListedSize.of, self._editing.all(OptionKind.SIZE))],
            )
        )

    def put(self, option_type: _OptionType, call: Call) -> Answer:
        body: PutStyle = call.body
        edited = self._editing.put(
            option_type.kind,
            body.option(_option_id(call)),
            _instruction(call),
            is_active=body.is_active,
            expected=_expected_versions(call.headers),
        )
        return _answer(option_type, edited.option, status=201 if edited.is_new else 200)

    def withdraw(self, option_type: _OptionType, call: Call) -> Answer:
        expected = _expected_versions(call.headers)
        withdrawn = self._editing.withdraw(option_type.kind, _option_id(call), _instruction(call), expected=expected)
        return _answer(option_type, withdrawn, status=200)


def _answer(option_type: _OptionType, option: ListedOption, *, status: int) -> Answer:
    return Answer(status=status, body=option_type.listed.of(option), headers={"ETag": f'"{option.version}"'})


def _instruction(call: Call) -> Instruction:
    return Instruction(actor=call.known_caller.actor, request_id=call.request_id)


def _option_id(call: Call) -> str:
    given = call.path["id"]
    if not _OPTION_ID.fullmatch(given):
        allowed = ("1-50 lower-case letters, digits and _, the first no _",)
        raise InvalidRequest([FieldError(pointer="id", detail="not usable as an id", allowed=allowed)])
    return given


def _expected_versions(headers: Mapping[str, str]) -> ExpectedVersions | None:
    """Read If-Match as RFC 9110 defines it: `*`, or a list of tags. Weak tags and tags of others never match.

    Raises InvalidRequest.
    """
    given = headers.get("if-match")
    if given is None:
        return None
    if given.strip() == "*":
        return ExpectedVersions(is_any=True)
    if not _TAGS.fullmatch(given):
        allowed = ('versions in quotes, as in ETag: "3"', "*")
        raise InvalidRequest([FieldError(pointer="If-Match", detail="not a list of versions", allowed=allowed)])
    strong = [tag for weak, tag in _TAG.findall(given) if not weak]
    return ExpectedVersions(frozenset(int(tag) for tag in strong if _VERSION.fullmatch(tag)))
