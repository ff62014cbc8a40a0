"""How money moves: each function is one atomic commit over a user, a generation and an entry."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from core.records import Stored
from domain.credits.ledger import Change
from domain.credits.user import User
from domain.generations.generation import Generation
from repositories.accounts.audit_mapping import audit_fields
from repositories.accounts.user_mapping import user_difference
from repositories.accounts.users import UserRepository
from repositories.credits.entry_mapping import entry_fields
from repositories.credits.settling import settled_update
from repositories.generations.generation_mapping import generation_fields
from repositories.store.documents import Create, Documents, Update, Write
from repositories.store.paths import audit_path, entry_path, generation_path, user_path


def commit_on_user(documents: Documents, users: UserRepository, changes: Sequence[Change], user: Stored[User]) -> None:
    """Changes of one user, each decided on what the one before makes of it. Fenced by the user's version.

    What comes out is remembered, so that the next commit needs no read.
    """
    after = reduce(lambda value, change: change.applied_to(value), changes, user.value)
    users.forget(after.id)
    versions = documents.commit(
        [
            Update(user_path(after.id), user_difference(user.value, after), _version(user.version)),
            *(write for change in changes for write in _new_records(change, with_generation=True)),
        ]
    )
    users.remember(Stored(after, versions[0]))


def commit_on_generation(
    documents: Documents, users: UserRepository, change: Change, known: Stored[Generation]
) -> Stored[Generation]:
    """Fenced by the generation's version, which makes the increments on the user happen once."""
    generation = change.generation
    assert generation is not None, "a change of a generation carries it"  # noqa: S101 - a bug, not a refusal
    writes: list[Write] = [
        Update(generation_path(generation.id), generation_fields(generation), _version(known.version))
    ]
    if change.delta is not None:
        users.forget(change.user_id)
        writes.append(Update(user_path(change.user_id), settled_update(change)))
    versions = documents.commit([*writes, *_new_records(change, with_generation=False)])
    return Stored(generation, versions[0])


def _new_records(change: Change, *, with_generation: bool) -> list[Write]:
    writes: list[Write] = []
    if with_generation and change.generation is not None:
        writes.append(Create(generation_path(change.generation.id), generation_fields(change.generation)))
    if change.entry is not None:
        writes.append(Create(entry_path(change.user_id, change.entry.id), entry_fields(change.entry)))
    if change.audit is not None:
        writes.append(Create(audit_path(change.audit.id), audit_fields(change.audit)))
    return writes


def _version(version: object) -> datetime:
    assert isinstance(version, datetime), "versions come from documents"  # noqa: S101 - a bug, not a refusal
    return version
