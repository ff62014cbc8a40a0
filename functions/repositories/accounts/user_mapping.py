"""Converts users into documents, and back. A field that is absent means what it means for feraset-imagen's users."""

from typing import Any

from core.calendar import Week
from core.rates import Bucket
from domain.accounts.keys import ApiKey, Budget, KeyOrigin, Scope
from domain.credits.user import User
from domain.credits.user_week import UserWeek
from repositories.store.documents import Document, Fields
from repositories.store.rows import reader
from repositories.store.shallow import fields_of
from repositories.store.typed import known, typed

_PLAIN = ("name", "email", "current_credits", "held_credits", "total_images_generated", "is_active", "created_at")
_LATER = (
    "updated_at",
    "books_opened_at",
    "is_anonymous",
    "is_admin",
    "in_flight",
    "signed_out_at",
    "deleted_at",
    "erasure_due",
    "claimed_by",
    "welcome_due",
)
# Most API keys do not have these fields, so they are left out where they are empty.
_OPTIONAL_KEY_FIELDS = ("made_by", "external_prefix")
_BALANCE: dict[str, Any] = {"name": "", "email": "", "current_credits": 0}


@reader
def user_from(document: Document) -> User:
    fields = document.fields
    found = {name: fields[name] for name in (*_PLAIN, *_LATER) if name in fields}
    return typed(
        User,
        id=document.id,
        **{**_BALANCE, **found},
        bucket=_bucket_from(fields.get("bucket")),
        keys={key_id: _key_from(key_id, each) for key_id, each in fields.get("keys", {}).items()},
        weeks={name: _week_from(name, each) for name, each in fields.get("weeks", {}).items()},
        claimed=tuple(fields.get("claimed", ())),
        cancels=fields.get("cancels", {}),
    )


def user_fields(user: User) -> dict[str, Any]:
    """Return all fields of a new document. What the user does not have is left out."""
    fields = {name: getattr(user, name) for name in _PLAIN}
    later = {name: getattr(user, name) for name in _LATER if getattr(user, name) not in (None, False)}
    return {
        **fields,
        **later,
        "updated_at": user.updated_at or user.created_at,
        "books_opened_at": user.books_opened_at,
        **({"weeks": _all_weeks(user)} if user.weeks else {}),
    }


def user_difference(before: User, after: User) -> dict[str, Any]:
    """Return the fields that differ, with their new values, for a commit that expects the version of `before`."""
    names = ("current_credits", "held_credits", "total_images_generated", *_LATER, "name", "email", "is_active")
    changed = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    if after.bucket != before.bucket and after.bucket is not None:
        changed["bucket"] = fields_of(after.bucket)
    if after.cancels != before.cancels:
        changed["cancels"] = dict(after.cancels)
    if after.claimed != before.claimed:
        changed["claimed"] = list(after.claimed)
    if after.books_opened_at != before.books_opened_at:
        changed["held_credits"] = after.held_credits  # the sums over all users see only documents that have this field
    return changed | _changed_keys(before, after) | _changed_weeks(before, after)


def _changed_keys(before: User, after: User) -> dict[str, Any]:
    if before.keys.keys() - after.keys.keys():
        return {"keys": {key_id: _key_fields(key) for key_id, key in after.keys.items()}}
    changed = (key for key in after.keys.values() if key != before.keys.get(key.id))
    return {f"keys.{key.id}": _key_fields(key) for key in changed}


def _changed_weeks(before: User, after: User) -> dict[str, Any]:
    if before.weeks.keys() - after.weeks.keys():
        return {"weeks": _all_weeks(after)}
    return {f"weeks.{name}": _week_fields(each) for name, each in after.weeks.items() if each != before.weeks.get(name)}


def _all_weeks(user: User) -> dict[str, Any]:
    return {name: _week_fields(each) for name, each in user.weeks.items()}


def _week_fields(week: UserWeek) -> dict[str, Any]:
    """Return the fields that are read back, and the fields that the queries of the report need."""
    counted = ("requests", "before", "credits", "best_day_credits", "spike", "newcomer")
    return {
        **{name: getattr(week, name) for name in counted},
        "best_day": week.best_day.isoformat(),
        "days": list(week.days),
    }


def _week_from(name: str, fields: Fields) -> UserWeek:
    return typed(
        UserWeek,
        week=Week.from_field(name),
        requests=fields["requests"],
        before=fields["before"],
        days=tuple(fields["days"]),
    )


def _key_fields(key: ApiKey) -> dict[str, Any]:
    fields = {name: value for name, value in fields_of(key).items() if value or name not in _OPTIONAL_KEY_FIELDS}
    del fields["id"]
    if key.made_by is not None:
        fields["made_by"] = fields_of(key.made_by)
    return {
        **fields,
        "scopes": sorted(key.scopes),
        "budget": fields_of(key.budget),
        "bucket": None if key.bucket is None else fields_of(key.bucket),
    }


def _key_from(key_id: str, fields: Fields) -> ApiKey:
    read = {
        "id": key_id,
        "scopes": frozenset(map(Scope, fields["scopes"])),
        "budget": typed(Budget, **known(Budget, fields["budget"])),
        "bucket": _bucket_from(fields["bucket"]),
    }
    if fields.get("made_by") is not None:
        read["made_by"] = typed(KeyOrigin, **known(KeyOrigin, fields["made_by"]))
    return typed(ApiKey, **{**known(ApiKey, fields), **read})


def _bucket_from(fields: Fields | None) -> Bucket | None:
    return None if fields is None else typed(Bucket, **known(Bucket, fields))
