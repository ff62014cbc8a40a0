"""This is the folder `Reports` of the Postman collection."""

from typing import Any

from tools.reference.components import Object
from tools.reference.postman_items import Operations
from tools.reference.scripts import answers, expects, has, keeps, refuses, test

_USER = {"userId": "{{default_user_id}}"}
_LATEST = {"id": "latest"}
_NOBODYS = {"token": "bm9ib2R5.AAAA"}


def requests(operations: Operations) -> list[Object]:
    saved = answers(201) + expects("has a week", "(body.week).to.match(/^[0-9]{4}-W[0-9]{2}$/)")
    saved += expects("looks for anomalies", "(body.anomaly_summary.severity_level).to.be.a('string')")
    saved += keeps("report_id", "body.id")
    same = expects("is the newest", "(body.id).to.eql(pm.variables.get('report_id'))")
    listed = answers(200) + expects("begins with the newest", "(body.data[0].id).to.eql(pm.variables.get('report_id'))")
    bad_token = refuses(400, "invalid_request", "token")
    pdf = {"Accept": "application/pdf"}
    return [
        _request(operations, "runReport", "Report the last full week", saved, body={}, shows="saved"),
        _request(operations, "runReport", "Rehearse a report", answers(200) + has(report__schema=2), body=_REHEARSAL),
        _request(operations, "listReports", "Reports", listed, query={"page_size": "5"}, shows="reports"),
        _latest(operations, "The newest report", answers(200) + same, shows="report"),
        _latest(operations, "The newest report as a page", _is("text/html"), query={"format": "html"}),
        _latest(operations, "The newest report as a picture", _is("image/png"), query={"format": "png"}),
        _latest(
            operations, "A table of it", _is("text/csv"), query={"format": "csv", "table": "models"}, shows="table"
        ),
        _latest(operations, "The newest report as PDF", refuses(406, "not_acceptable"), headers=pdf),
        operations.request("askToUnsubscribe", "Page of a bad token", tests=bad_token, query=_NOBODYS),
        operations.request("unsubscribe", "Unsubscribe with a bad token", tests=bad_token, query=_NOBODYS),
    ]


_REHEARSAL = {"dry_run": True}


def _request(operations: Operations, operation: str, name: str, tests: list[str], **more: Any) -> Object:
    query = more.pop("query", {}) | _USER
    return operations.request(operation, name, tests=tests, query=query, local_only=True, **more)


def _latest(operations: Operations, name: str, tests: list[str], **more: Any) -> Object:
    return _request(operations, "getReport", name, tests, path=_LATEST, **more)


def _is(media_type: str) -> list[str]:
    return [
        *test("answers 200", "pm.response.to.have.status(200);"),
        *test(f"is {media_type}", f'pm.expect(pm.response.headers.get("Content-Type")).to.include("{media_type}");'),
    ]
