"""
Makes accounts of the Auth emulator for the people in people.json, who can then sign in to the console of the local
stack. The console's build reads the same file. Run it beside a stack:
`tools/stack.py attach -- functions/venv/bin/python tools/people.py`.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))

from firebase_admin import auth

from bootstrap import Darkroom, darkroom
from providers.identity.app import firebase_app
from services.accounts.instructions import OPERATOR, Instruction
from services.accounts.ports import Identity

FILE = Path(__file__).resolve().parent / "people.json"
EMULATOR = "FIREBASE_AUTH_EMULATOR_HOST"


class NoEmulator(Exception):
    """Raised outside the emulator. Everybody knows the password of these people, so no real project may have them."""


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    email: str
    password: str
    is_admin: bool


def main() -> int:
    try:
        refuse_real_projects()
        settle(darkroom())
    except NoEmulator as error:
        print(f"people: {error}", file=sys.stderr)
        return 1
    return 0


def refuse_real_projects() -> None:
    if not os.environ.get(EMULATOR):
        raise NoEmulator(f"{EMULATOR} is not set: the demo's people get accounts in the Auth emulator only.")


def settle(app: Darkroom) -> None:
    """
    Make an account for everybody. An account that exists stays as it is, for a new password would end its sign-ins.
    Admins become users as by their first call, and admins as by `make grant-admin`. Raises NoEmulator.
    """
    refuse_real_projects()
    for person in everybody():
        register(person, app.settings.project_id)
        if person.is_admin:
            app.account_service.enter(
                Identity(person.id, email=person.email, name=person.name, email_verified=True), address=""
            )
            app.administration.grant_admin(person.id, Instruction(actor=OPERATOR, reason="Demo"))


def everybody() -> list[Person]:
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Person(
            id=each["id"],
            name=each["name"],
            email=each["email"],
            password=content["password"],
            is_admin=each["role"] == "admin",
        )
        for each in content["people"]
    ]


def register(person: Person, project_id: str) -> None:
    account = {"display_name": person.name, "email": person.email, "email_verified": True, "password": person.password}
    try:
        auth.create_user(uid=person.id, **account, app=firebase_app(project_id))
    except auth.UidAlreadyExistsError:
        return


if __name__ == "__main__":
    sys.exit(main())
