"""Serves the weekly reports, in the format that the reader prefers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from controllers.http.auth import document_id
from controllers.http.negotiation import best_of
from controllers.http.paging import page_token, paged, read_page_token
from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.errors import (
    FieldError,
    InvalidRequest,
    NotAcceptable,
    PayloadTooLarge,
    PermissionDenied,
    Unavailable,
    UnsupportedMediaType,
)
from core.records import Cursor
from domain.accounts.keys import Scope
from domain.reports.errors import ReportNotFound
from schemas.reports import ListReports, ReadReport, ReportPage, ReportResource, ReportSummary, RunReport, Table
from services.accounts.instructions import Instruction
from services.operations.report_operations import ReportOperations
from services.reports.ports import ReportArchive, ReportPages, table_names

_JSON, _HTML, _PNG, _CSV = "application/json", "text/html", "image/png", "text/csv"
_OFFERED = (_JSON, _HTML, _PNG, _CSV)
_FORMATS = {"json": _JSON, "html": _HTML, "png": _PNG, "csv": _CSV}

# A report contains texts of users. If a browser takes a part of it for a script, it must not run.
_NO_SCRIPT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class ReportController:
    def __init__(self, operations: ReportOperations, archive: ReportArchive, pages: ReportPages) -> None:
        self._operations = operations
        self._archive = archive
        self._pages = pages

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/reports",
            name="listReports",
            summary="List the weekly reports, newest first.",
            handle=self.list,
            query=ListReports,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: ReportPage},
            errors=(InvalidRequest, PermissionDenied, Unavailable),
        )
        yield Route(
            method="GET",
            path="/v1/reports/{id}",
            name="getReport",
            summary="Get one report, `latest` for the newest: as JSON, a page, a picture, or one table of it as CSV.",
            handle=self.get,
            query=ReadReport,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: ReportResource},
            media_types=(_HTML, _PNG, _CSV),
            errors=(InvalidRequest, PermissionDenied, ReportNotFound, NotAcceptable, Unavailable),
        )
        yield Route(
            method="POST",
            path="/v1/reports",
            name="runReport",
            summary="Make the report of the last full week now. An earlier report stays, as an older version.",
            handle=self.run,
            example=ExampleRequest(body={"as_of": "2026-03-02T20:25:00Z", "dry_run": False}),
            body=RunReport,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: ReportResource, 201: ReportResource},
            errors=(InvalidRequest, PermissionDenied, PayloadTooLarge, UnsupportedMediaType, Unavailable),
        )

    def list(self, call: Call) -> Answer:
        wanted: ListReports = call.query
        after = read_page_token(wanted.page_token, "reports")
        found = self._archive.page(after=after, limit=wanted.page_size + 1)
        shown, token = paged(found, wanted.page_size, lambda last: page_token(_place(last), "reports"))
        return Answer(body=ReportPage(data=[*map(ReportSummary.of, shown)], next_page_token=token))

    def get(self, call: Call) -> Answer:
        wanted: ReadReport = call.query
        media_type = _FORMATS[wanted.format] if wanted.format else best_of(call.headers, _OFFERED)
        _check(wanted.table, media_type)
        report = self._report(call.path["id"])
        if media_type == _JSON:
            return Answer(body=ReportResource.of(report), headers={"Vary": "Accept"})
        if media_type == _HTML:
            return _page(self._pages.html(report))
        if media_type == _PNG:
            return Answer(body=self._pages.png(report), headers={"Content-Type": _PNG, "Vary": "Accept"})
        table = wanted.table.root if wanted.table else ""
        return _csv(self._pages.csv(report, table), f"{report['id']}-{table}")

    def run(self, call: Call) -> Answer:
        wanted: RunReport = call.body
        instruction = Instruction(actor=call.known_caller.actor, request_id=call.request_id)
        report = self._operations.run(instruction, wanted.as_of, dry_run=wanted.dry_run)["report_data"]
        resource = ReportResource.of(report)
        if wanted.dry_run:
            return Answer(body=resource)
        return Answer(status=201, body=resource, headers={"Location": f"/v1/reports/{report['id']}"})

    def _report(self, given: str) -> Mapping[str, Any]:
        report_id = document_id("id", given)
        if report_id == "latest":
            newest = self._archive.page(after=None, limit=1)
            report_id = newest[0]["id"] if newest else report_id
        found = self._archive.get(report_id)
        if found is None:
            raise ReportNotFound(report_id)
        return found


def _place(report: Mapping[str, Any]) -> Cursor:
    return Cursor(report["generated_at"], report["id"])


def _check(table: Table | None, media_type: str) -> None:
    """Raise InvalidRequest if CSV is asked for without a table, or a table without CSV."""
    if media_type == _CSV and table is None:
        detail = "required where the answer is CSV"
        raise InvalidRequest([FieldError(pointer="table", detail=detail, allowed=table_names())])
    if media_type != _CSV and table is not None:
        raise InvalidRequest([FieldError(pointer="table", detail="only CSV is of one table", allowed=("format=csv",))])


def _page(html: str) -> Answer:
    headers = {"Content-Type": f"{_HTML}; charset=utf-8", "Content-Security-Policy": _NO_SCRIPT, "Vary": "Accept"}
    return Answer(body=html.encode(), headers=headers)


def _csv(text: str, name: str) -> Answer:
    file = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    headers = {
        "Content-Type": f"{_CSV}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{file}.csv"',
        "Vary": "Accept",
    }
    return Answer(body=text.encode(), headers=headers)
