from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from core.records import Stored
from domain.accounts.keys import windows
from domain.credits.commits import Commit, Subject
from domain.credits.fairness import cancels_field
from domain.credits.user import User
from repositories.accounts.user_mapping import user_difference, user_fields
from repositories.accounts.users import UserRepository
from repositories.store.documents import Create, Documents, Increment, Update, Write
from repositories.store.paths import user_path
from repositories.store.record_writes import RecordWrites

_RETURNED = ("held", "remaining", "returned")


class Books:
    """Writes commits to the database. Nothing else changes the document of a user that exists."""

    def __init__(self, documents: Documents, users: UserRepository, records: RecordWrites) -> None:
        self._documents = documents
        self._users = users
        self._records = records

    def commit(self, commits: Sequence[Commit[Any]], before: Stored[User] | None) -> User:
        """Write several commits of one user as one. Each was decided on the user as the commit before it left it.

        The write expects the version of `before`, or that there is no such user if it is None. The new user is
        remembered, so that the next commit needs no read.
        """
        return self.commit_of_several([(commits, before)])[0]

    def commit_of_several(self, changes: Sequence[tuple[Sequence[Commit[Any]], Stored[User] | None]]) -> list[User]:
        """Write the commits of several users as one."""
        users, writes, records = list[User](), list[Write](), list[object]()
        for commits, before in changes:
            after = _after(commits, before)
            self._users.forget(after.id)
            users.append(after)
            writes.append(_user_write(before, after))
            records += [record for commit in commits for record in _new_records(commit)]
        written = self._documents.commit([*writes, *self._records.of(records)])
        for after, version in zip(users, written, strict=False):
            self._users.remember(Stored(after, version))
        return users

    def settle(self, commit: Commit[Any], subject: Update) -> object:
        """Write the next state of a subject, and add the commit's numbers to its user.

        Return the subject's new version.

        The write expects the version that `subject` names, so that the numbers are added once only. The user's document
        may have changed since it was read, so the numbers are written as increments.
        """
        writes: list[Write] = [subject]
        if commit.delta is not None:
            self._users.forget(commit.user_id)
            writes.append(Update(user_path(commit.user_id), _increments(commit)))
        return self._documents.commit([*writes, *self._records.of((*commit.entries, *commit.records))])[0]


def _after(commits: Sequence[Commit[Any]], before: Stored[User] | None) -> User:
    first = User(id=commits[0].user_id) if before is None else before.value
    return reduce(lambda user, commit: commit.applied_to(user), commits, first)


def _user_write(before: Stored[User] | None, after: User) -> Write:
    if before is None:
        return Create(user_path(after.id), user_fields(after))
    assert isinstance(before.version, datetime), "versions come from documents"  # noqa: S101 - a bug, not a refusal
    return Update(user_path(after.id), user_difference(before.value, after), before.version)


def _new_records(commit: Commit[Any]) -> Sequence[object]:
    subject = () if commit.subject is None else (commit.subject,)
    return (*subject, *commit.entries, *commit.records)


def _increments(commit: Commit[Subject]) -> dict[str, Any]:
    delta, subject = commit.delta, commit.subject
    assert delta is not None, "a settlement moves something"  # noqa: S101 - a bug, not a refusal
    assert subject is not None, "a settlement has a subject"  # noqa: S101 - a bug, not a refusal
    moved = {
        "current_credits": delta.current,
        "held_credits": delta.held,
        "total_images_generated": delta.images,
        "in_flight": delta.in_flight,
        f"cancels.{cancels_field(commit.at)}": int(commit.is_late_cancel),
    }
    if subject.api_key_id is not None:
        key = f"keys.{subject.api_key_id}"
        moved[f"{key}.in_flight"] = delta.in_flight
        moved |= {f"{key}.spent.{window}": -delta.current for window in windows(subject.created_at)}
    if delta.allowance is not None:
        allowance = f"allowances.{delta.allowance.allowance_id}"
        moved |= {f"{allowance}.held": -delta.allowance.images, f"{allowance}.used": delta.images_used}
    for change in delta.returns:
        moved |= {f"grants.{change.grant_id}.{name}": getattr(change, name) for name in _RETURNED}
    late = {f"grants.{change.grant_id}.returned_at": commit.at for change in delta.returns if change.returned}
    return {**{name: Increment(by) for name, by in moved.items() if by}, **late, "updated_at": commit.at}
