from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people import ALICE
from services.reports.ports import table_names
from weekly import GENERATED_AT, REPORT_ID, Pages, Runs, a_finding, a_report, keep
from world import Response, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEAVE = "/v1/reports/unsubscribe"


@pytest.fixture
def house() -> World:
    """Return a world with one report, pages that are quickly drawn, and a stand-in that counts."""
    world = World(NOW)
    world.app.made["pages"] = Pages()
    world.app.made["reporting"] = Runs()
    keep(world.documents)
    return world


def ask(world: World, path: str = "", accept: str | None = None, **query: str) -> Response:
    headers = {"Accept": accept} if accept else {}
    return world.api("GET", f"/v1/reports{path}", "boss", query_string=query, headers=headers)


def asked_of(house: World) -> list[tuple[datetime | None, bool]]:
    runs = house.app.made["reporting"]
    assert isinstance(runs, Runs)
    return runs.asked


class TestList:
    def test_the_newest_first_with_what_to_know_of_each(self, house: World) -> None:
        later = a_report(id="later", generated_at=GENERATED_AT + timedelta(hours=1), version=2, findings=(a_finding(),))
        keep(house.documents, later)
        response = ask(house)
        assert [each["id"] for each in response.body["data"]] == ["later", REPORT_ID]
        assert response.body["next_page_token"] is None
        newest = response.body["data"][0]
        assert (newest["week"], newest["version"], newest["generated_at"]) == ("2026-W09", 2, "2026-03-02T21:25:00Z")
        assert newest["summary"]["total_requests"] == 40
        assert newest["anomaly_summary"]["total_anomalies"] == 1
        assert "report" not in newest

    def test_page_by_page(self, house: World) -> None:
        for number in range(3):
            keep(house.documents, a_report(id=f"r{number}", generated_at=GENERATED_AT + timedelta(days=number + 1)))
        seen: list[str] = []
        token: dict[str, str] = {}
        for _ in range(2):
            page = ask(house, page_size="2", **token).body
            seen += [each["id"] for each in page["data"]]
            token = {"page_token": page["next_page_token"]}
        assert seen == ["r2", "r1", "r0", REPORT_ID]
        assert token == {"page_token": None}

    def test_feraset_imagens_reports_are_among_them(self, house: World) -> None:
        old = {name: value for name, value in a_report(id="old").items() if name not in ("week", "version", "headline")}
        keep(house.documents, old)
        shown = next(each for each in ask(house).body["data"] if each["id"] == "old")
        assert (shown["week"], shown["version"], shown["headline"]) == (None, None, None)


class TestFormats:
    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            (None, "application/json"),
            ("*/*", "application/json"),
            ("application/json", "application/json"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
            ("image/avif,image/png;q=0.9,image/*;q=0.8", "image/png"),
            ("application/pdf, text/html;q=0.1", "text/html"),
            ("text/html;q=0.5, application/json;q=0.6", "application/json"),
            ("application/json;q=0, text/html", "text/html"),
            ("application/json; charset=utf-8", "application/json"),
            ("text/html;level=1;q=0.3, image/png;x=1;q=0.2", "text/html"),
            ("application/json;charset=utf-8;q=0, text/html;q=0.1", "text/html"),
        ],
    )
    def test_the_reader_says_which(self, house: World, accept: str | None, media_type: str) -> None:
        response = ask(house, "/latest", accept)
        assert response.status == 200
        assert response.headers["Content-Type"].partition(";")[0] == media_type
        assert "Accept" in response.headers["Vary"]

    @pytest.mark.parametrize("accept", ["application/pdf", "text/plain", "audio/*", "application/json;q=0"])
    def test_what_is_not_there_is_406_with_what_is(self, house: World, accept: str) -> None:
        response = ask(house, "/latest", accept)
        assert (response.status, response.body["code"]) == (406, "not_acceptable")
        assert response.body["detail"] == (
            "Accept must allow one of: application/json, text/html, image/png, text/csv."
        )

    def test_json_is_the_whole_document(self, house: World) -> None:
        body = ask(house, f"/{REPORT_ID}").body
        assert body["report"]["generation_stats"] == a_report()["generation_stats"]
        assert (body["id"], body["headline"]) == (REPORT_ID, a_report()["headline"])

    def test_a_link_names_its_format_and_wins_over_the_browser(self, house: World) -> None:
        response = ask(house, "/latest", "text/html", format="png")
        assert response.body == b"\x89PNG weekly_report_2026_03_02"
        assert response.headers["Content-Type"] == "image/png"

    def test_a_page_runs_no_script(self, house: World) -> None:
        response = ask(house, "/latest", format="html")
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = dict(
            each.strip().partition(" ")[::2] for each in response.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["style-src"] == "'unsafe-inline'"
        assert "script-src" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"

    def test_a_table_comes_as_a_file(self, house: World) -> None:
        response = ask(house, "/latest", "text/csv", table="models")
        assert response.body == f"table,report\r\nmodels,{REPORT_ID}\r\n".encode()
        assert response.headers["Content-Disposition"] == f'attachment; filename="{REPORT_ID}-models.csv"'

    def test_a_name_that_would_break_the_header_does_not(self, house: World) -> None:
        keep(house.documents, a_report(id='a"b;c', generated_at=NOW))
        response = ask(house, "/latest", format="csv", table="daily")
        assert response.headers["Content-Disposition"] == 'attachment; filename="a_b_c-daily.csv"'

    @pytest.mark.parametrize(
        "query", [{"format": "csv"}, {"format": "csv", "table": "nonsense"}, {"format": "json", "table": "models"}]
    )
    def test_csv_and_only_csv_is_of_one_table(self, house: World, query: dict[str, str]) -> None:
        response = ask(house, "/latest", **query)
        assert response.status == 400
        assert response.body["errors"][0]["pointer"] == "table"

    def test_a_table_that_there_is_not_is_told_which_there_are(self, house: World) -> None:
        response = ask(house, "/latest", format="csv", table="nonsense")
        offered = [f"'{name}'" for name in table_names()]
        assert response.body["errors"][0]["detail"] == f"Input should be {', '.join(offered[:-1])} or {offered[-1]}"

    def test_the_tables_that_there_are_are_named(self, house: World) -> None:
        assert tuple(ask(house, "/latest", format="csv").body["errors"][0]["allowed"]) == table_names()

    def test_an_unknown_format_is_refused(self, house: World) -> None:
        assert ask(house, "/latest", format="pdf").body["errors"][0]["pointer"] == "format"

    def test_a_report_that_is_not_there(self, house: World) -> None:
        for report_id in ("nothing", "weekly_report_2020_01_01"):
            response = ask(house, f"/{report_id}")
            assert (response.status, response.body["code"]) == (404, "report_not_found")

    def test_the_latest_where_there_is_none(self) -> None:
        assert ask(World(NOW), "/latest").status == 404


class TestRun:
    def run(self, world: World, **body: Any) -> Response:
        return world.api("POST", "/v1/reports", "boss", json=body)

    def test_it_is_made_and_answered_with_its_address(self, house: World) -> None:
        response = self.run(house)
        assert response.status == 201
        assert response.headers["Location"] == f"/v1/reports/{REPORT_ID}"
        assert response.body["report"]["week"] == "2026-W09"
        assert asked_of(house) == [(None, False)]

    def test_who_asked_for_it_is_in_the_audit_log_by_either_door(self, house: World) -> None:
        self.run(house)
        house.call("schedule_weekly_report")
        self.run(house, dry_run=True)
        log = house.api("GET", "/v1/admin/audit-log", "boss").body["data"]
        assert sorted((each["action"], each["target"], each["actor"]) for each in log) == [
            ("report.run", "reports", "operator"),
            ("report.run", "reports", "user:boss"),
        ]

    def test_of_an_earlier_week_and_as_a_rehearsal(self, house: World) -> None:
        response = self.run(house, as_of="2026-02-20T01:00:00+01:00", dry_run=True)
        assert response.status == 200
        assert "Location" not in response.headers
        assert asked_of(house) == [(datetime(2026, 2, 20, tzinfo=UTC), True)]

    def test_of_a_week_to_come_it_is_refused(self, house: World) -> None:
        response = self.run(house, as_of="2026-03-04T12:00:01Z")
        assert (response.status, response.body["errors"][0]["pointer"]) == (400, "/as_of")
        assert asked_of(house) == []

    def test_really(self, world: World) -> None:
        world.now -= timedelta(days=7)
        world.deliver(world.create())
        world.now += timedelta(days=7)
        saved = self.run(world).body
        assert saved["summary"]["total_requests"] == 1
        assert ask(world, "/latest").body["id"] == saved["id"]
        again = self.run(world).body
        assert (saved["version"], again["version"]) == (1, 2)
        assert len(ask(world).body["data"]) == 2
        self.run(world, dry_run=True)
        assert len(ask(world).body["data"]) == 2

    def test_the_function_url_takes_the_same_by_query_and_by_body(self, house: World) -> None:
        house.call("schedule_weekly_report", query_string={"as_of": "2026-02-20T00:00:00Z", "dry_run": "true"})
        house.call("schedule_weekly_report", json={"as_of": "2026-02-20T00:00:00Z", "dry_run": True, "more": 1})
        house.call("schedule_weekly_report", "GET", query_string={"userId": "boss"})
        moment = datetime(2026, 2, 20, tzinfo=UTC)
        assert asked_of(house) == [(moment, True), (moment, True), (None, False)]

    @pytest.mark.parametrize(
        "request_", [{"query_string": {"as_of": "soon"}}, {"json": {"dry_run": "perhaps"}}, {"json": {"as_of": 7}}]
    )
    def test_the_function_url_refuses_in_its_own_words(self, house: World, request_: dict[str, Any]) -> None:
        response = house.call("schedule_weekly_report", **request_)
        assert response.status == 400
        assert (response.body["reportStatus"], response.body["error_type"]) == ("failed", "invalid_request")
        assert asked_of(house) == []


class TestUnsubscribe:
    def token(self, world: World) -> dict[str, str]:
        return {"token": world.app.subscriptions.token("ann@example.com")}

    def test_a_look_at_the_page_changes_nothing(self, house: World) -> None:
        before = house.records()
        response = house.api("GET", LEAVE, query_string=self.token(house))
        assert response.status == 200
        assert b'<form method="post">' in response.body
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "script-src" not in response.headers["Content-Security-Policy"]
        assert house.records() == before

    def test_one_post_is_enough_as_mail_programs_send_it(self, house: World) -> None:
        response = house.api("POST", LEAVE, query_string=self.token(house), data={"List-Unsubscribe": "One-Click"})
        assert response.status == 200
        assert not house.app.subscriptions.wants("ann@example.com")
        (path,) = [path for path in house.records() if path.startswith("unsubscribed/")]
        assert "ann" not in path

    def test_it_needs_no_sign_in_where_everything_else_does(self) -> None:
        world = World(NOW, AUTH_MODE="required")
        assert world.api("POST", LEAVE, query_string=self.token(world)).status == 200
        assert world.api("GET", "/v1/reports").status == 401
        assert world.api("GET", "/v1/reports/latest", headers=ALICE).status == 403

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_token_that_is_not_ours_is_refused(self, house: World, method: str) -> None:
        before = house.records()
        for query in ({"token": "bm9ib2R5.AAAA"}, {}, {"token": "x" * 801}):
            response = house.api(method, LEAVE, query_string=query)
            assert (response.status, response.body["errors"][0]["pointer"]) == (400, "token")
        assert house.records() == before
