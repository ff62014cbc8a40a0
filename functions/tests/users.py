"""A test names only the fields of a user that matter to it, and not the value of the user that they are in."""

from collections import defaultdict
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from domain.credits.commits import Commit, Subject
from domain.credits.user import User

_VALUE_OF = {
    inner.name: value.name for value in fields(User) if is_dataclass(value.type) for inner in fields(value.type)
}


def a_user(user_id: str = "alice", **wanted: Any) -> User:
    return changed(User(id=user_id), **wanted)


def changed(user: User, **wanted: Any) -> User:
    """Return the user with other values of these fields."""
    by_value = defaultdict[str, dict[str, Any]](dict)
    for name, value in wanted.items():
        by_value[_VALUE_OF[name]][name] = value
    return replace(user, **{name: replace(getattr(user, name), **inner) for name, inner in by_value.items()})


def identity_commit(user: User, at: datetime, *records: object, **wanted: Any) -> Commit[Subject]:
    """Return a commit that changes these fields of who the user is."""
    return Commit(user_id=user.id, at=at, identity=replace(user.identity, **wanted), records=records)
