"""Converts users into documents, and back. A field that is absent means what it means for feraset-imagen's users."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from core.calendar import Week
from core.rates import Bucket
from domain.accounts.keys import ApiKey, Budget, KeyOrigin, Scope
from domain.accounts.user_identity import UserIdentity
from domain.credits.allowances import Allowance
from domain.credits.grants import Grant
from domain.credits.user import Activity, Balance, Pace, User
from domain.credits.user_week import UserWeek
from repositories.store.documents import Document, Fields
from repositories.store.field_table import FieldTable, Form, map_form, value_form
from repositories.store.rows import reader
from repositories.store.typed import typed

_BUCKET = value_form(FieldTable(Bucket))
_KEYS = FieldTable(
    ApiKey,
    given=("id",),
    seldom=("made_by", "external_prefix"),
    forms={
        "scopes": Form(read=lambda stored: frozenset(map(Scope, stored)), write=sorted),
        "budget": value_form(FieldTable(Budget)),
        "bucket": _BUCKET,
        "made_by": value_form(FieldTable(KeyOrigin)),
    },
)


def _all_but(kind: type, *names: str) -> set[str]:
    return {field.name for field in fields(kind)} - {*names}


def _of_known(form: Form, name: str) -> Form:
    """Return the form without the entries that do not have the field `name`.

    A user's document that was made again has no grants and allowances. Where a hold of before gives something back to
    one, only these numbers of it are there, and they belong to no grant now.
    """
    return replace(form, read=lambda stored: form.read({key: each for key, each in stored.items() if name in each}))


def _weeks_from(stored: Fields) -> dict[str, UserWeek]:
    return {name: _week_from(name, fields) for name, fields in stored.items()}


def _week_from(name: str, stored: Fields) -> UserWeek:
    return typed(
        UserWeek,
        week=Week.from_field(name),
        requests=stored["requests"],
        before=stored["before"],
        days=tuple(stored["days"]),
    )


def _week_fields(week: UserWeek) -> dict[str, Any]:
    """Return the fields that are read back, and the fields that the queries of the report need."""
    counted = ("requests", "before", "credits", "best_day_credits", "spike", "newcomer")
    return {
        **{name: getattr(week, name) for name in counted},
        "best_day": week.best_day.isoformat(),
        "days": list(week.days),
    }


# A user is one document, whose fields are those of all its values. A new document has the fields that are named here,
# whatever is in them. Every other field is left out of it while it is empty.
_VALUES: Mapping[str, FieldTable[Any]] = {
    "identity": FieldTable(
        UserIdentity,
        seldom=_all_but(UserIdentity, "name", "email", "is_active", "created_at"),
        forms={"keys": map_form(_KEYS), "claimed": Form(read=tuple, write=list)},
    ),
    "balance": FieldTable(
        Balance,
        seldom=_all_but(Balance, "current_credits", "held_credits", "books_opened_at"),
        forms={
            "grants": _of_known(map_form(FieldTable(Grant, given=("id",))), "amount"),
            "allowances": _of_known(map_form(FieldTable(Allowance, given=("id",))), "included"),
        },
    ),
    "pace": FieldTable(Pace, seldom=_all_but(Pace), forms={"bucket": _BUCKET, "cancels": Form(write=dict)}),
    "activity": FieldTable(
        Activity,
        seldom=_all_but(Activity, "total_images_generated", "updated_at"),
        forms={"weeks": Form(read=_weeks_from, write_entry=_week_fields)},
    ),
}


@reader
def user_from(document: Document) -> User:
    return User(id=document.id, **{name: table.read(document.fields) for name, table in _VALUES.items()})


def user_fields(user: User) -> dict[str, Any]:
    """Return the fields of a new document."""
    stored: dict[str, Any] = {}
    for name, table in _VALUES.items():
        stored |= table.write(getattr(user, name))
    return {**stored, "updated_at": user.activity.updated_at or user.identity.created_at}


def user_difference(before: User, after: User) -> dict[str, Any]:
    """Return the fields that differ, with their new values, for a commit that expects the version of `before`."""
    changed: dict[str, Any] = {}
    for name, table in _VALUES.items():
        old, new = getattr(before, name), getattr(after, name)
        if old is not new:
            changed |= table.difference(old, new)
    if "books_opened_at" in changed:
        # The sums over all users see only documents that have this field.
        changed["held_credits"] = after.balance.held_credits
    return changed
