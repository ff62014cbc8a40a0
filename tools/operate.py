"""What an operator does by hand: on the local stack by its environment, on a deployed project by its credentials."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "functions"))

from bootstrap import Darkroom, darkroom
from controllers.boundary import RetryTask
from core.errors import AppError
from domain.errors import UserNotFound
from domain.ledger import User
from services.instructions import Instruction

COMMAND_LINE = "operator"
"""The actor in the audit log: whoever has the project's own credentials, whom no sign-in names."""


def main() -> int:
    options = _options()
    return int(options.run(darkroom(), options) or 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="operate", description=__doc__)
    commands = parser.add_subparsers(required=True)
    sweep = commands.add_parser("sweep", help="rescue what stopped")
    sweep.add_argument("--every", type=float, metavar="SECONDS", help="go on until stopped, as the schedule would")
    sweep.set_defaults(run=_sweep)
    audit = commands.add_parser("audit", help="prove the books; exit code 1 says that they differ")
    audit.add_argument("--user", metavar="ID", help="of one user, not of all")
    audit.set_defaults(run=_audit)
    books = commands.add_parser("open-books", help="take users of feraset-imagen's data into the books")
    books.add_argument("--user", metavar="ID", help="one user, not all whose books are not open")
    books.set_defaults(run=_open_books)
    for command, run, does in (
        ("grant-admin", _grant_admin, "make somebody an admin, who has an account and has called once"),
        ("revoke-admin", _revoke_admin, "make an admin a user like others, and sign them out everywhere"),
    ):
        role = commands.add_parser(command, help=does)
        role.add_argument("--user", metavar="ID_OR_EMAIL", required=True)
        role.set_defaults(run=run)
    commands.add_parser("seed", help="demo data, on the emulator only").set_defaults(run=_seed)
    commands.add_parser("catalog", help="styles, colours and sizes, for a new project").set_defaults(run=_catalog)
    commands.add_parser("report", help="the report of the last full week").set_defaults(run=_report)
    return parser.parse_args()


def _sweep(app: Darkroom, options: argparse.Namespace) -> None:
    while True:
        if options.every is None:
            _print(asdict(app.sweeper.sweep()))
            return
        with suppress(RetryTask):  # it is in the log, and the next minute brings the next sweep
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
        entry = app.ledger.open_books(user_id)
        _print({"user": user_id, "opening": None if entry is None else entry.credits})


def _grant_admin(app: Darkroom, options: argparse.Namespace) -> int:
    return _role(options.user, app.administration.grant_admin)


def _revoke_admin(app: Darkroom, options: argparse.Namespace) -> int:
    return _role(options.user, app.administration.revoke_admin)


def _role(id_or_email: str, change: Callable[[str, Instruction], User]) -> int:
    try:
        user = change(id_or_email, Instruction(actor=COMMAND_LINE))
    except UserNotFound as error:
        sys.stderr.write(f"{error.message}. It takes an account of Firebase that has called the API once.{os.linesep}")
        return 1
    except AppError as error:
        sys.stderr.write(error.message + os.linesep)
        return 1
    _print({"user": user.id, "email": user.email, "is_admin": user.is_admin})
    return 0


def _seed(app: Darkroom, _: argparse.Namespace) -> None:
    _print(app.seeding.seed())


def _catalog(app: Darkroom, _: argparse.Namespace) -> None:
    _print(app.seeding.put_catalog())


def _report(app: Darkroom, _: argparse.Namespace) -> None:
    _print(app.reporting.run_scheduled())


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=str, indent=2, ensure_ascii=False) + os.linesep)


if __name__ == "__main__":
    sys.exit(main())
