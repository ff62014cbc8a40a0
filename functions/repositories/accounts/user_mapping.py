"""Converts users into documents, and back. A field that is absent means what it means for feraset-imagen's users."""

from dataclasses import fields, replace
from typing import Any

from core.calendar import Week
from core.rates import Bucket
from domain.accounts.keys import ApiKey, Budget, KeyOrigin, Scope
from domain.credits.allowances import Allowance
from domain.credits.grants import Grant
from domain.credits.user import User
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

# A new document has these fields, whatever is in them. Every other field is left out of it while it is empty.
_OF_EACH = frozenset(
    {
        "name",
        "email",
        "current_credits",
        "held_credits",
        "total_images_generated",
        "is_active",
        "created_at",
        "updated_at",
        "books_opened_at",
    }
)


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


_USERS = FieldTable(
    User,
    given=("id",),
    seldom={field.name for field in fields(User)} - _OF_EACH,
    forms={
        "name": Form(absent=""),
        "email": Form(absent=""),
        "current_credits": Form(absent=0),
        "bucket": _BUCKET,
        "keys": map_form(_KEYS),
        "weeks": Form(read=_weeks_from, write_entry=_week_fields),
        "claimed": Form(read=tuple, write=list),
        "cancels": Form(write=dict),
        "grants": _of_known(map_form(FieldTable(Grant, given=("id",))), "amount"),
        "allowances": _of_known(map_form(FieldTable(Allowance, given=("id",))), "included"),
    },
)


@reader
def user_from(document: Document) -> User:
    return _USERS.read(document.fields, id=document.id)


def user_fields(user: User) -> dict[str, Any]:
    """Return the fields of a new document."""
    return {**_USERS.write(user), "updated_at": user.updated_at or user.created_at}


def user_difference(before: User, after: User) -> dict[str, Any]:
    """Return the fields that differ, with their new values, for a commit that expects the version of `before`."""
    changed = _USERS.difference(before, after)
    if after.books_opened_at != before.books_opened_at:
        changed["held_credits"] = after.held_credits  # the sums over all users see only documents that have this field
    return changed
