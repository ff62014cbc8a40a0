"""Makes a report an e-mail, with what mail programs can show, and with a text that is complete by itself."""

from collections.abc import Iterator

from domain.reports.dimensions import MODEL
from presentation.figures import Opening, opening
from presentation.findings import FindingView, finding_views
from presentation.picture import days_picture
from presentation.reading import Document
from presentation.series import Days, days
from presentation.tables import Rows, tables_of
from presentation.templating import rendered
from presentation.words import shortened, shown
from services.reports.ports import Email

PICTURE_ID = "darkroom-week"
FINDINGS_MAX = 5
ROWS_MAX = 5
_SUBJECT_LENGTH = 120
_DESCRIPTION_LENGTH = 400
_NAME_LENGTH = 60


def letter(report: Document, unsubscribe_url: str, page_url: str) -> Email:
    """Return the e-mail. `report` must be cleaned. Raises ValueError for an address that is not http(s)."""
    _check(unsubscribe_url)
    if page_url:
        _check(page_url)
    start, requests, found = opening(report), days(report, "requests"), finding_views(report)
    models = tables_of(report, (MODEL.table,))
    html = rendered(
        "email.html",
        opening=start,
        findings=found[:FINDINGS_MAX],
        findings_left_out=max(0, len(found) - FINDINGS_MAX),
        models=[shortened_row(row[0], *row[1:]) for row in models[0].rows[:ROWS_MAX]] if models else [],
        requests=requests,
        has_picture=not requests.is_empty,
        picture_id=PICTURE_ID,
        picture_label=shortened(requests.label, _DESCRIPTION_LENGTH),
        description_length=_DESCRIPTION_LENGTH,
        unsubscribe_url=unsubscribe_url,
        page_url=page_url,
        shortened=shortened,
    )
    return Email(
        subject=shortened(f"Darkroom, {start.week or start.period}: {start.headline}", _SUBJECT_LENGTH),
        html=html,
        text="\n".join(_lines(start, requests, found, models, unsubscribe_url, page_url)),
        images=() if requests.is_empty else ((PICTURE_ID, days_picture(requests)),),
    )


def shortened_row(name: object, *cells: object) -> tuple[object, ...]:
    return (shortened(str(name), _NAME_LENGTH), *cells)


def _lines(
    start: Opening, requests: Days, found: list[FindingView], models: list[Rows], unsubscribe_url: str, page_url: str
) -> Iterator[str]:
    yield from (start.headline, "", f"Darkroom, {start.title} ({start.time_zone})", "")
    for figure in start.figures:
        yield f"{figure.label}: {figure.value}" + (f" ({figure.change.words})" if start.is_compared else "")
    if not requests.is_empty:
        yield from ("", requests.title, *(f"  {bar.words}" for bar in requests.bars))
    yield from ("", *_finding_lines(found))
    for table in models:
        yield from ("", table.title)
        for name, total, completed, failed, *_ in table.rows[:ROWS_MAX]:
            yield f"  {name}: {shown(total)} requests, {shown(completed)} completed, {shown(failed)} failed"
    if page_url:
        yield from ("", f"The whole report: {page_url}")
    yield from ("", "-- ", f"No more of these: {unsubscribe_url}", "")


def _finding_lines(found: list[FindingView]) -> Iterator[str]:
    if not found:
        yield "Nothing unusual was found."
        return
    yield f"Unusual ({len(found)})"
    for thing in found[:FINDINGS_MAX]:
        yield f"  [{thing.severity}] {thing.description}"
        if thing.observed and thing.expected:
            yield f"    observed {thing.observed}, expected {thing.expected}"
        if thing.next_step:
            yield f"    next: {thing.next_step}"
    if len(found) > FINDINGS_MAX:
        yield f"  and {len(found) - FINDINGS_MAX} more in the report"


def _check(url: str) -> None:
    if not url.startswith(("https://", "http://")) or not url.isprintable() or " " in url:
        raise ValueError("A link in a mail is an http(s) address.")
