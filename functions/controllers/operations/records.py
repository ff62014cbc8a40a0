"""Shows operators the generations and entries of everybody, and the audit log, newest first, a page at a time."""

import json
from collections.abc import Iterable

from controllers.http.auth import document_id
from controllers.http.paging import page_token, paged, read_page_token
from controllers.http.wire import Access, Answer, Call, Route
from core.errors import FieldError, InvalidRequest, PermissionDenied
from core.records import Cursor
from domain.accounts.keys import Scope
from domain.generations.errors import GenerationNotFound
from schemas.operations.records import (
    AnyEntryPage,
    AnyEntryResource,
    AnyGenerationPage,
    AnyGenerationResource,
    AuditRecordPage,
    AuditRecordResource,
    ListAllEntries,
    ListAllGenerations,
    ListAuditLog,
)
from services.credits.ports import EntryCursor, Ledger
from services.generations.viewing import ViewService
from services.operations.ports import AuditLog


class AdminRecordController:
    def __init__(self, viewing: ViewService, ledger: Ledger, audit_log: AuditLog) -> None:
        self._viewing = viewing
        self._ledger = ledger
        self._audit_log = audit_log

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/admin/generations",
            name="adminListGenerations",
            summary="List everybody's generations, newest first.",
            handle=self.generations,
            query=ListAllGenerations,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: AnyGenerationPage},
            errors=(InvalidRequest, PermissionDenied),
        )
        yield Route(
            method="GET",
            path="/v1/admin/generations/{id}",
            name="adminGetGeneration",
            summary="Get one generation, whoever owns it.",
            handle=self.generation,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: AnyGenerationResource},
            errors=(InvalidRequest, PermissionDenied, GenerationNotFound),
        )
        yield Route(
            method="GET",
            path="/v1/admin/ledger",
            name="adminListEntries",
            summary="List the entries of one user or of everybody, newest first.",
            handle=self.entries,
            query=ListAllEntries,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: AnyEntryPage},
            errors=(InvalidRequest, PermissionDenied),
        )
        yield Route(
            method="GET",
            path="/v1/admin/audit-log",
            name="adminListAuditLog",
            summary="List the audit log: which operator did what, newest first.",
            handle=self.audit_log,
            query=ListAuditLog,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: AuditRecordPage},
            errors=(InvalidRequest, PermissionDenied),
        )

    def generations(self, call: Call) -> Answer:
        wanted: ListAllGenerations = call.query
        user_id, filters = _user_id(wanted.user_id), wanted.filter()
        bound = ("generations", user_id, filters)
        after = read_page_token(wanted.page_token, bound)
        found = self._viewing.page_of_all(user_id, filters, after=after, limit=wanted.page_size + 1)
        shown, token = paged(
            found,
            wanted.page_size,
            lambda last: page_token(Cursor(last.generation.created_at, last.generation.id), bound),
        )
        return Answer(body=AnyGenerationPage(data=[*map(AnyGenerationResource.of, shown)], next_page_token=token))

    def generation(self, call: Call) -> Answer:
        found = self._viewing.find(document_id("id", call.path["id"]))
        return Answer(body=AnyGenerationResource.of(found))

    def entries(self, call: Call) -> Answer:
        wanted: ListAllEntries = call.query
        _user_id(wanted.user_id)
        filters = wanted.filter()
        after = _entry_cursor(read_page_token(wanted.page_token, filters))
        shown, token = paged(
            self._ledger.page_of_all(filters, after=after, limit=wanted.page_size + 1),
            wanted.page_size,
            lambda last: page_token(Cursor(last.timestamp, _entry_place(last.user_id, last.id)), filters),
        )
        return Answer(body=AnyEntryPage(data=[*map(AnyEntryResource.of, shown)], next_page_token=token))

    def audit_log(self, call: Call) -> Answer:
        wanted: ListAuditLog = call.query
        filters = wanted.filter()
        after = read_page_token(wanted.page_token, filters)
        shown, token = paged(
            self._audit_log.page(filters, after=after, limit=wanted.page_size + 1),
            wanted.page_size,
            lambda last: page_token(Cursor(last.at, last.id), filters),
        )
        return Answer(body=AuditRecordPage(data=[*map(AuditRecordResource.of, shown)], next_page_token=token))


def _user_id(given: str | None) -> str | None:
    return None if given is None else document_id("user_id", given)


def _entry_place(user_id: str, entry_id: str) -> str:
    """Return both ids as one, because a page token has room for one id only."""
    return json.dumps([user_id, entry_id], ensure_ascii=False)


def _entry_cursor(cursor: Cursor | None) -> EntryCursor | None:
    if cursor is None:
        return None
    try:
        user_id, entry_id = json.loads(cursor.id)
        return EntryCursor(
            cursor.at, document_id("page_token", user_id), document_id("page_token", entry_id, longest=500)
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidRequest([FieldError(pointer="page_token", detail="not a page token of this API")]) from error
