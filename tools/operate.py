"""
Does what an operator does by hand. It works on the local stack if the environment names one, and else on a deployed
project, with the operator's credentials.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "functions"))

from bootstrap import Darkroom, darkroom
from controllers.http.boundary import RetryTask
from core.errors import AppError
from domain.accounts.errors import UserNotFound
from domain.credits.user import User
from services.accounts.instructions import OPERATOR, Instruction

REPORTS = Path(__file__).parent.parent / ".local/report"


def main() -> int:
    options = parsed(sys.argv[1:])
    return int(options.run(darkroom(), options) or 0)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="operate", description=__doc__)
    commands = parser.add_subparsers(required=True)
    sweep = commands.add_parser("sweep", help="rescue what stopped")
    sweep.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped, as the schedule would")
    sweep.set_defaults(run=_sweep)
    audit = commands.add_parser("audit", help="prove the books; the exit code is 1 if they differ")
    audit.add_argument("--user", metavar="ID", help="prove the books of this user only")
    audit.set_defaults(run=_audit)
    books = commands.add_parser("open-books", help="take users of feraset-imagen's data into the books")
    books.add_argument("--user", metavar="ID", help="open the books of this user only")
    books.set_defaults(run=_open_books)
    for command, run, does in (
        ("grant-admin", _grant_admin, "make somebody an admin who has an account and has called the API once"),
        ("revoke-admin", _revoke_admin, "make an admin a user like others, and sign them out everywhere"),
    ):
        role = commands.add_parser(command, help=does)
        role.add_argument("--user", metavar="ID_OR_EMAIL", required=True)
        role.set_defaults(run=run)
    commands.add_parser("seed", help="write the demo data, on the emulator only").set_defaults(run=_seed)
    commands.add_parser("catalog", help="write a new project's styles, colours and sizes").set_defaults(run=_catalog)
    report = commands.add_parser("report", help="save and deliver the last full week's report, and write files")
    report.add_argument("--as-of", type=_moment, metavar="TIME", help="report on the last full week before then")
    report.add_argument("--dry-run", action="store_true", help="save nothing and tell nobody; write the files only")
    report.add_argument("--seed", action="store_true", help="write the demo data first, on the emulator only")
    report.set_defaults(run=_report)
    resubscribe = commands.add_parser("resubscribe", help="send reports by mail again to somebody who unsubscribed")
    resubscribe.add_argument("--email", required=True)
    resubscribe.set_defaults(run=_resubscribe)
    commands.add_parser("webhook-secret", help="show what checks our webhook's signature").set_defaults(run=_secret)
    return parser.parse_args(arguments)


def _sweep(app: Darkroom, options: argparse.Namespace) -> None:
    while True:
        if options.every is None:
            _print(asdict(app.sweeper.sweep()))
            return
        with suppress(RetryTask):  # the failure is in the log, and the next sweep comes in a minute
            app.schedules.sweep()
        time.sleep(options.every)


def _audit(app: Darkroom, options: argparse.Namespace) -> int:
    if options.user:
        audit = app.audits.of_user(options.user)
        _print(asdict(audit))
        return 1 if audit.differences else 0
    result = app.audits.of_all()
    _print(asdict(result))
    return 0 if result.is_exact else 1


def _open_books(app: Darkroom, options: argparse.Namespace) -> None:
    users = [options.user] if options.user else app.audits.of_all().unopened
    for user_id in users:
        entry = app.opening.open(user_id)
        _print({"user": user_id, "opening": None if entry is None else entry.credits})


def _grant_admin(app: Darkroom, options: argparse.Namespace) -> int:
    return _role(options.user, app.administration.grant_admin)


def _revoke_admin(app: Darkroom, options: argparse.Namespace) -> int:
    return _role(options.user, app.administration.revoke_admin)


def _role(id_or_email: str, change: Callable[[str, Instruction], User]) -> int:
    try:
        user = change(id_or_email, Instruction(actor=OPERATOR))
    except UserNotFound as error:
        print(f"{error.message}. It takes an account of Firebase that has called the API once.", file=sys.stderr)
        return 1
    except AppError as error:
        print(error.message, file=sys.stderr)
        return 1
    _print({"user": user.id, "email": user.identity.email, "is_admin": user.identity.is_admin})
    return 0


def _seed(app: Darkroom, _: argparse.Namespace) -> None:
    _print(app.seeding.seed())


def _catalog(app: Darkroom, _: argparse.Namespace) -> None:
    _print(app.seeding.put_catalog())


def _report(app: Darkroom, options: argparse.Namespace) -> None:
    if options.seed:
        app.seeding.seed()
    report = app.weekly_reports.run(options.as_of, options.dry_run)["report_data"]
    REPORTS.mkdir(parents=True, exist_ok=True)
    page = REPORTS / f"{report['week']}.html"
    page.write_text(app.pages.html(report), encoding="utf-8")
    page.with_suffix(".png").write_bytes(app.pages.png(report))
    page.with_suffix(".json").write_text(_json(report), encoding="utf-8")
    print(report["headline"], page, sep="\n")


def _moment(text: str) -> datetime:
    """Read a time of RFC 3339. One without its zone is refused, because it would be taken for this machine's."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, as in 2026-03-02T00:00:00Z")
    return moment.astimezone(UTC)


def _resubscribe(app: Darkroom, options: argparse.Namespace) -> int:
    if app.subscriptions.resubscribe(options.email):
        return 0
    print(f"{options.email} had not unsubscribed.", file=sys.stderr)
    return 1


def _secret(app: Darkroom, _: argparse.Namespace) -> int:
    if not app.settings.report_webhook_url:
        print("REPORT_WEBHOOK_URL is not set; the secret belongs to the address.", file=sys.stderr)
        return 1
    print(app.webhook_secret)
    return 0


def _print(value: Any) -> None:
    print(_json(value))


def _json(value: Any) -> str:
    return json.dumps(value, default=str, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
