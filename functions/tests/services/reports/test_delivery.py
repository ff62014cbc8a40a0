"""Mails and a webhook tell of a report as soon as it is ready."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import InvalidRequest, Unavailable
from domain.reports.answers import MadeReport
from providers.webhooks.standard import body_of
from repositories.delivery import LeaverRepository, MailRepository
from repositories.store.memory import MemoryDocuments
from services.delivery.ports import Mail, Notice
from services.delivery.subscriptions import SubscriptionService
from services.reports import notices
from services.reports.delivery import EARLIEST, DeliveredReports, DeliveryService
from services.reports.mailing import ReportMails
from services.reports.notifying import ReportNotices
from weekly import Pages, Runs, a_finding, a_report
from world import captured_log, lines_of

NOW = datetime(2026, 3, 2, 20, 25, tzinfo=UTC)
ANN, BOB = "ann@example.com", "bob/7@example.com"
SITE = "https://darkroom.example"


class Listener:
    def __init__(self, *, is_down: bool = False) -> None:
        self.heard: list[Notice] = []
        self.is_down = is_down

    def send(self, notice: Notice) -> None:
        if self.is_down:
            raise Unavailable("The webhook was not taken: status 503")
        self.heard.append(notice)


class House:
    def __init__(self, *recipients: str, listener: Listener | None = None, mailbox: Any = None) -> None:
        self.documents = MemoryDocuments()
        self.pages = Pages()
        self.listener = listener
        self.subscriptions = SubscriptionService(
            LeaverRepository(self.documents), pepper="p" * 40, public_url=SITE, clock=lambda: NOW
        )
        mails = ReportMails(
            recipients=recipients,
            pages=self.pages,
            mailbox=mailbox or MailRepository(self.documents),
            subscriptions=self.subscriptions,
            public_url=SITE,
        )
        self.delivery = DeliveryService(mails, ReportNotices(listener, SITE, lambda: NOW))

    def mails(self) -> dict[str, list[str]]:
        """Return the categories of the waiting mails, by recipient."""
        found: dict[str, list[str]] = {}
        for path, document in self.documents._documents.items():
            if path.startswith("mail/"):
                found.setdefault(document.fields["to"][0], []).extend(document.fields["categories"])
        return found

    def mail(self, category: str) -> Any:
        return next(each.fields for each in self.documents._documents.values() if category in each.fields["categories"])


# --- mail ---


def test_each_recipient_gets_one_mail() -> None:
    house = House(ANN, BOB)
    delivery = house.delivery.deliver(a_report())
    assert (delivery.mailed, delivery.alerted, delivery.unsent) == (2, 0, 0)
    assert house.mails() == {ANN: ["weekly-report"], BOB: ["weekly-report"]}


def test_without_recipients_nothing_is_drawn_and_nobody_told() -> None:
    house = House()
    assert house.delivery.deliver(a_report(level="critical")).mailed == 0
    assert house.pages.emails == 0
    assert house.documents._documents == {}


def test_a_mail_has_its_readers_own_way_out_and_the_way_to_the_page() -> None:
    house = House(ANN)
    house.delivery.deliver(a_report())
    mail = house.mail("weekly-report")
    leave = house.subscriptions.url(ANN)
    assert mail["headers"]["List-Unsubscribe"] == f"<{leave}>"
    assert leave in mail["message"]["html"]
    assert f"{SITE}/app/admin/reports/{a_report()['id']}" in mail["message"]["html"]


def test_the_week_again_is_no_mail_again_and_draws_nothing() -> None:
    house = House(ANN)
    house.delivery.deliver(a_report())
    again = house.delivery.deliver(a_report(version=2, id="weekly_report_2026_03_02_run_2"))
    assert (again.mailed, again.alerted, again.unsent) == (0, 0, 0)
    assert house.mails() == {ANN: ["weekly-report"]}
    assert house.pages.emails == 1
    assert house.delivery.deliver(a_report(week="2026-W10")).mailed == 1


def test_a_new_recipient_gets_the_week_that_the_others_have() -> None:
    house, later = House(ANN), House(ANN, BOB)
    house.delivery.deliver(a_report())
    later.documents._documents = house.documents._documents
    assert later.delivery.deliver(a_report(version=2)).mailed == 1
    assert set(later.mails()) == {ANN, BOB}


@pytest.mark.parametrize(("level", "alerted"), [("normal", 0), ("low", 0), ("medium", 0), ("high", 1), ("critical", 1)])
def test_what_is_grave_is_an_alert_too(level: str, alerted: int) -> None:
    assert House(ANN).delivery.deliver(a_report(level=level)).alerted == alerted


def test_a_later_version_that_turns_grave_is_an_alert_and_only_once() -> None:
    house = House(ANN)
    house.delivery.deliver(a_report())
    counts = [house.delivery.deliver(a_report(version=version, level="high")) for version in (2, 3)]
    assert [(each.mailed, each.alerted) for each in counts] == [(0, 1), (0, 0)]
    assert house.mails() == {ANN: ["weekly-report", "weekly-alert"]}


def test_who_unsubscribed_gets_neither() -> None:
    house = House(ANN, BOB)
    house.subscriptions.unsubscribe(house.subscriptions.token(ANN))
    delivery = house.delivery.deliver(a_report(level="critical"))
    assert (delivery.mailed, delivery.alerted, delivery.unsent) == (1, 1, 0)
    assert set(house.mails()) == {BOB}


def test_an_alert_is_short_and_says_what_was_found() -> None:
    house = House(ANN)
    findings = (a_finding("low", "Quiet <b>Tuesday</b>."), a_finding("high", "Failures of <script>x</script> rose."))
    house.delivery.deliver(a_report(level="high", findings=findings))
    mail = house.mail("weekly-alert")["message"]
    assert mail["subject"] == "Darkroom 2026-W09: high anomaly level"
    assert mail["text"].index("Failures of <script>") < mail["text"].index("Quiet")
    assert "<script>" not in mail["html"]
    assert "&lt;script&gt;" in mail["html"]
    assert mail["attachments"] == []


def test_one_mail_that_is_not_written_keeps_nobody_else_from_theirs() -> None:
    class Choosy(MailRepository):
        def put(self, mail: Mail) -> bool:
            if mail.to == ANN:
                raise Unavailable("It is not known whether this was written.")
            return super().put(mail)

    documents = MemoryDocuments()
    house = House(ANN, BOB, mailbox=Choosy(documents))
    with captured_log() as log:
        delivery = house.delivery.deliver(a_report())
    assert (delivery.mailed, delivery.unsent) == (1, 1)
    assert [line["severity"] for line in lines_of(log) if line["message"] == "mail_not_written"] == ["ERROR"]
    assert ANN not in log.getvalue(), "ids instead of contents"


def test_a_subject_is_one_line() -> None:
    assert notices.on_one_line("a\r\nBcc: eve@example.com\t b") == "a Bcc: eve@example.com b"
    assert len(notices.on_one_line("x" * 1000)) == 200


# --- webhook ---


def test_the_webhook_hears_of_every_report_and_of_grave_ones_twice() -> None:
    listener = Listener()
    house = House(listener=listener)
    assert house.delivery.deliver(a_report()).notified == ("report.ready",)
    assert house.delivery.deliver(a_report(version=2, level="critical")).notified == (
        "report.ready",
        "anomaly.detected",
    )
    assert [each.id for each in listener.heard] == [
        "report-ready-2026-W09-v1",
        "report-ready-2026-W09-v2",
        "anomaly-detected-2026-W09-v2",
    ]


def test_the_id_of_an_event_has_no_dot() -> None:
    """A dot separates the parts that are signed."""
    for type_ in ("report.ready", "anomaly.detected"):
        assert "." not in notices.event(a_report(), type_, SITE, NOW).id


def test_what_a_chat_tool_shows_is_text_and_no_command() -> None:
    findings = (a_finding(description="<!channel> & <https://evil.example|click>"),)
    event = notices.event(a_report(headline="<!here>", findings=findings), "anomaly.detected", f"{SITE}/reports", NOW)
    assert "<" not in event.text
    assert "&lt;!channel&gt; &amp; " in event.text
    assert event.text.endswith(f"{SITE}/reports")


def test_an_event_is_small_whatever_stands_in_the_report() -> None:
    findings = tuple(a_finding(description="🐙" * 50_000) for _ in range(25))
    report = a_report(level="critical", headline="<" * 100_000, findings=findings)
    event = notices.event(report, "anomaly.detected", SITE, NOW)
    assert len(json.dumps(body_of(event), ensure_ascii=False).encode()) < 20_000


def test_a_webhook_that_is_down_fails_nothing_and_is_an_error_in_the_log() -> None:
    house = House(ANN, listener=Listener(is_down=True))
    with captured_log() as log:
        delivery = house.delivery.deliver(a_report(level="high"))
    assert delivery.unheard == ("report.ready", "anomaly.detected")
    assert delivery.mailed == 1
    lines = {line["message"]: line for line in lines_of(log)}
    assert lines["webhook_not_delivered"]["severity"] == "ERROR"
    assert lines["report_delivered"]["unheard"] == ["report.ready", "anomaly.detected"]


# --- a run and its delivery ---


def delivered(house: House, runs: Runs) -> DeliveredReports:
    return DeliveredReports(runs, house.delivery, lambda: NOW)


def test_a_run_is_delivered_and_answered() -> None:
    house, runs = House(ANN), Runs()
    answer = delivered(house, runs).run()
    assert answer["report_data"]["week"] == "2026-W09"
    assert house.mails() == {ANN: ["weekly-report"]}
    assert runs.asked == [(None, False)]


def test_a_rehearsal_tells_nobody() -> None:
    house, runs = House(ANN, listener=Listener()), Runs(a_report(level="critical"))
    delivered(house, runs).run(NOW, dry_run=True)
    assert house.mails() == {}
    assert house.listener is not None
    assert house.listener.heard == []
    assert runs.asked == [(NOW, True)]


@pytest.mark.parametrize("as_of", [NOW + timedelta(microseconds=1), EARLIEST - timedelta(microseconds=1)])
def test_a_week_that_has_not_ended_or_never_was_is_refused(as_of: datetime) -> None:
    runs = Runs()
    with pytest.raises(InvalidRequest, match="/as_of"):
        delivered(House(), runs).run(as_of)
    assert runs.asked == []


@pytest.mark.parametrize("as_of", [NOW, EARLIEST])
def test_the_bounds_themselves_are_good(as_of: datetime) -> None:
    runs = Runs()
    delivered(House(), runs).run(as_of)
    assert runs.asked == [(as_of, False)]


def test_a_run_that_fails_delivers_nothing() -> None:
    class Broken(Runs):
        def run(self, as_of: datetime | None, dry_run: bool) -> MadeReport:
            raise Unavailable("The database does not answer.")

    house = House(ANN)
    with pytest.raises(Unavailable):
        delivered(house, Broken()).run()
    assert house.mails() == {}


def test_mails_are_alike_but_for_their_reader() -> None:
    house = House(ANN, BOB)
    house.delivery.deliver(a_report())
    ids = [path for path in house.documents._documents if path.startswith("mail/report-2026-W09-")]
    assert len(ids) == 2
    assert all("@" not in path and path.count("/") == 1 for path in ids)
