"""Accounts are tested on the twin and on the emulator, and with two instances that meet each other's writes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from core.errors import RateLimited
from core.rates import Bucket
from domain.accounts.audit_log import AuditRecord
from domain.accounts.errors import UserNotFound
from domain.accounts.keys import ApiKey, Budget, Scope, new_id
from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import BalanceDelta, Commit
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import Activity, Balance, User
from emulator import firestore_documents
from instances import instance_over
from people import NOW as WORLD_NOW
from people import at_once, bearer, issue, known, order, refusal
from repositories.accounts.accounts import AccountRepository
from repositories.accounts.users import UserRepository
from repositories.store.documents import AlreadyExists, Create, Documents, Update, Write
from repositories.store.memory import MemoryDocuments
from services.accounts.ports import (
    AccountCommit,
    Arrival,
    CountedAccount,
    Identity,
    KeySecret,
    PastArrivals,
    WelcomedMailbox,
)
from unsteady import UnsteadyDocuments, happened
from users import changed, identity_commit
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEW = UserIdentity(name="Alice", email="a@example.com", created_at=NOW)
ALICE = User(id="alice", identity=NEW, balance=Balance(books_opened_at=NOW), activity=Activity(updated_at=NOW))
WELCOMED = changed(ALICE, current_credits=4)
WELCOME = Entry(
    id="welcome-alice", type=EntryType.GRANT, credits=4, user_id="alice", description="Welcome", timestamp=NOW
)
KEY = ApiKey(
    id=new_id(),
    name="One",
    scopes=frozenset(Scope),
    created_at=NOW,
    budget=Budget(per_day=3),
    bucket=Bucket(level=1, at=NOW),
    spent={"d20260304": 2, "m202603": 2},
)
RECORD = AuditRecord(id="r1", at=NOW, actor="user:admin", action="key.create", target="users/alice")


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as found:
        yield found


def repository(documents: Documents) -> AccountRepository:
    """Return the repository of one instance, with a memory of its own."""
    return instance_over(documents).stored_accounts


def opening(user_id: str = "alice", *records: object, **changes: Any) -> AccountCommit:
    identity = replace(NEW, **changes)
    return Commit(user_id=user_id, at=NOW, identity=identity, opens_books=True, records=records)


def opened(accounts: AccountRepository, user_id: str = "alice", **changes: Any) -> User:
    return accounts.open(opening(user_id, **changes))


def arrival(user_id: str = "alice", mailbox: str | None = "box") -> Arrival:
    return Arrival(user_id=user_id, network="hash", mailbox=mailbox, at=NOW)


def welcomed(user: User | None, past: PastArrivals, user_id: str = "alice") -> AccountCommit | None:
    """Give the welcome once for each user and mailbox."""
    if user is not None:
        return None
    counted = opening(user_id, CountedAccount(arrival=arrival(user_id), past=past))
    if past.had_welcome:
        return counted
    entry = replace(WELCOME, user_id=user_id)
    records = (WelcomedMailbox(mailbox="box", at=NOW), *counted.records)
    return replace(counted, delta=BalanceDelta(current=4), entries=(entry,), records=records)


def secret(serial: int, key: ApiKey = KEY) -> KeySecret:
    return KeySecret(key_id=key.id, user_id="alice", serial=serial, digest=f"digest-{serial}")


def with_key(user: User, key: ApiKey = KEY) -> User:
    return changed(user, keys={**user.identity.keys, key.id: key})


def key_commit(user: User, key: ApiKey = KEY, serial: int = 1, *records: object) -> AccountCommit:
    return identity_commit(user, NOW, secret(serial, key), *records, keys={**user.identity.keys, key.id: key})


def test_a_user_is_opened_once(documents: Documents) -> None:
    here, there = repository(documents), repository(documents)
    assert opened(here) == ALICE
    assert opened(there, name="Other") == ALICE


def test_of_many_who_open_at_once_one_does(documents: Documents) -> None:
    repositories = [repository(documents) for _ in range(8)]
    calls = [lambda each=each, place=place: opened(each, name=str(place)) for place, each in enumerate(repositories)]
    assert len({user.identity.name for user in at_once(*calls)}) == 1


def test_an_admission_writes_the_user_its_entry_and_what_its_addresses_had_together(documents: Documents) -> None:
    here, there = repository(documents), repository(documents)
    assert here.admit(arrival(), welcomed) == WELCOMED
    assert there.admit(arrival(), welcomed) == WELCOMED
    paths = ["users/alice", "users/alice/transactions/welcome-alice", "welcomes/box", "addresses/hash-20260304"]
    found = [documents.get(path) for path in paths]
    assert len({each.version for each in found if each is not None}) == 1
    counted, welcome = found[3], found[2]
    assert counted is not None
    assert welcome is not None
    assert counted.fields == {"accounts": 1, "expires_at": datetime(2026, 3, 5, tzinfo=UTC)}
    assert welcome.fields == {"at": NOW}


def test_of_many_accounts_of_one_mailbox_one_has_the_welcome(documents: Documents) -> None:
    def come(user_id: str) -> User:
        return repository(documents).admit(arrival(user_id), lambda known, past: welcomed(known, past, user_id))

    calls = [lambda place=place: come(f"u{place}") for place in range(6)]
    assert sorted(user.balance.current_credits for user in at_once(*calls)) == [0] * 5 + [4]
    counted = documents.get("addresses/hash-20260304")
    assert counted is not None
    assert counted.fields["accounts"] == 6


def anonymous(accounts: AccountRepository, user_id: str) -> User:
    """Admit somebody whose address may have three accounts a day."""
    here = arrival(user_id, None)

    def decide(_: User | None, past: PastArrivals) -> AccountCommit:
        if past.accounts >= 3:
            raise RateLimited("Enough.", retry_after=1, policy="accounts")
        return opening(user_id, CountedAccount(arrival=here, past=past))

    return accounts.admit(here, decide)


def test_an_address_is_counted_with_the_account_and_refused_without_one(documents: Documents) -> None:
    accounts = repository(documents)

    calls = [lambda place=place: anonymous(accounts, f"anon-{place}") for place in range(5)]
    answers = at_once(*calls)
    assert sum(isinstance(answer, User) for answer in answers) == 3
    assert sum(isinstance(answer, RateLimited) for answer in answers) == 2
    assert sum(documents.get(f"users/anon-{place}") is not None for place in range(5)) == 3


def test_a_change_writes_the_user_the_secret_and_the_audit_record_together(documents: Documents) -> None:
    accounts = repository(documents)
    opened(accounts)
    after = accounts.change("alice", lambda user: key_commit(user, KEY, 1, RECORD))
    assert after == with_key(ALICE)
    found = UserRepository(documents).get("alice")
    assert found == after
    assert documents.get("audit_log/r1") is not None
    proof = documents.get(f"api_keys/{KEY.id}")
    assert proof is not None
    assert proof.fields == {"user_id": "alice", "digests": {"s1": "digest-1"}}


def test_a_change_decides_on_what_stands_there_now(documents: Documents) -> None:
    here, there = repository(documents), repository(documents)
    opened(here)
    there.change("alice", lambda user: identity_commit(user, NOW, name="There"))
    here.change("alice", lambda user: identity_commit(user, NOW, email=user.identity.name))
    found = UserRepository(documents).get("alice")
    assert found is not None
    assert (found.identity.name, found.identity.email) == ("There", "There")


def test_changes_at_once_all_count(documents: Documents) -> None:
    opened(repository(documents))
    repositories = [repository(documents) for _ in range(6)]

    def added(accounts: AccountRepository) -> User:
        key = replace(KEY, id=new_id())
        return accounts.change("alice", lambda user: key_commit(user, key))

    at_once(*(lambda each=each: added(each) for each in repositories))
    found = UserRepository(documents).get("alice")
    assert found is not None
    assert len(found.identity.keys) == 6


def test_nothing_to_change_writes_nothing(documents: Documents) -> None:
    accounts = repository(documents)
    opened(accounts)
    before = documents.get("users/alice")
    assert accounts.change("alice", lambda _: None) == ALICE
    assert documents.get("users/alice") == before


def test_whoever_is_not_there_is_not_changed(documents: Documents) -> None:
    accounts = repository(documents)
    opened(accounts)
    with pytest.raises(UserNotFound):
        accounts.change("nobody", lambda user: identity_commit(user, NOW))
    with pytest.raises(UserNotFound):
        accounts.claim("alice", "nobody", lambda one, other: (identity_commit(one, NOW), identity_commit(other, NOW)))


def test_a_claim_changes_both_or_nothing(documents: Documents) -> None:
    accounts = repository(documents)
    opened(accounts)
    opened(accounts, "anon", is_anonymous=True)

    def decide(one: User, other: User) -> tuple[AccountCommit, AccountCommit]:
        closed = identity_commit(other, NOW, claimed_by="alice", is_active=False)
        return identity_commit(one, NOW, RECORD, claimed=("anon",)), closed

    assert accounts.claim("alice", "anon", decide).identity.claimed == ("anon",)
    users = UserRepository(documents)
    other = users.get("anon")
    assert other is not None
    assert (other.identity.claimed_by, other.identity.is_active) == ("alice", False)
    assert documents.get("audit_log/r1") is not None
    again = accounts.claim("alice", "anon", lambda one, other: None)
    assert again == users.get("alice")
    assert users.get("anon") == other


def test_the_last_two_secrets_are_kept_newest_first(documents: Documents) -> None:
    accounts = repository(documents)
    opened(accounts)
    for serial in (1, 2, 3):
        accounts.change(
            "alice",
            partial(key_commit, key=replace(KEY, serial=serial), serial=serial),
        )
    assert accounts.secrets(KEY.id, fresh=True) == (secret(3), secret(2))
    assert accounts.secrets(new_id(), fresh=False) == ()


def test_secrets_are_remembered_and_read_again_when_asked_to() -> None:
    documents = UnsteadyDocuments()
    accounts = repository(documents)
    opened(accounts)
    accounts.change("alice", key_commit)
    assert accounts.secrets(KEY.id, fresh=False) == (secret(1),)
    documents.forget_counts()
    assert accounts.secrets(KEY.id, fresh=False) == (secret(1),)
    assert documents.gets == []
    documents.commit([Update(f"api_keys/{KEY.id}", {"digests": {"s2": "digest-2", "s1": "digest-1"}})])
    assert accounts.secrets(KEY.id, fresh=True) == (secret(2), secret(1))
    assert accounts.secrets(KEY.id, fresh=False) == (secret(2), secret(1))


def test_what_was_never_there_is_asked_for_each_time() -> None:
    """Another instance may make the key in a moment, and then it must not be refused because of what is remembered
    here.
    """
    documents = MemoryDocuments()
    here, there = repository(documents), repository(documents)
    opened(there)
    assert here.secrets(KEY.id, fresh=False) == ()
    there.change("alice", key_commit)
    assert here.secrets(KEY.id, fresh=False) == (secret(1),)


def test_who_opens_what_another_instance_opens_in_that_moment_gets_the_other_s() -> None:
    documents = UnsteadyDocuments()
    documents.before_commit = lambda: opened(repository(documents), name="There")
    assert opened(repository(documents)).identity.name == "There"


@pytest.mark.parametrize("already", [0, 1, 2])
def test_two_instances_that_count_an_address_at_the_same_moment_count_both(already: int) -> None:
    documents = UnsteadyDocuments()

    def come(name: str) -> User:
        return anonymous(repository(documents), name)

    for place in range(already):
        come(f"before-{place}")
    documents.before_commit = lambda: come("there")
    (answer,) = at_once(lambda: come("here"))
    assert isinstance(answer, RateLimited if already == 2 else User)
    counted = documents.get("addresses/hash-20260304")
    assert counted is not None
    assert counted.fields["accounts"] == min(3, already + 2)


def test_after_a_lost_answer_the_change_is_decided_on_what_happened() -> None:
    documents = UnsteadyDocuments()
    accounts = repository(documents)
    opened(accounts)
    seen: list[str] = []

    def decide(user: User) -> AccountCommit | None:
        seen.append(user.identity.name)
        return None if user.identity.name == "New" else identity_commit(user, NOW, name="New")

    documents.script = [happened]
    assert accounts.change("alice", decide).identity.name == "New"
    assert seen == ["Alice", "New"]


# --- two instances, whole, on one database ---


class ExistenceFirst(MemoryDocuments):
    """If several things stand against a commit, this names first that a document exists."""

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        for write in writes:
            if isinstance(write, Create) and self.get(write.path) is not None:
                raise AlreadyExists(write.path)
        return super().commit(writes)


@pytest.fixture(params=["memory", "existence first", pytest.param("firestore", marks=pytest.mark.emulator)])
def two(request: pytest.FixtureRequest) -> Iterator[list[World]]:
    if request.param == "firestore":
        with firestore_documents() as found:
            yield _two_on(found)
    else:
        yield _two_on(MemoryDocuments() if request.param == "memory" else ExistenceFirst())


def _two_on(documents: Documents) -> list[World]:
    return [World(WORLD_NOW, documents=documents, AUTH_MODE="required") for _ in range(2)]


def test_a_repeat_by_a_key_that_was_revoked_elsewhere_is_refused(two: list[World]) -> None:
    """It must not matter which of the commit's conditions the database names first."""
    here, there = two
    issued = issue(here)
    headers = bearer(issued.token) | {"Idempotency-Key": "once"}
    assert order(there, headers).status == 202
    here.app.keys.revoke("alice", issued.key.id)
    assert refusal(order(there, headers)) == (401, "unauthenticated")
    assert refusal(order(here, headers)) == (401, "unauthenticated")


def test_a_repeat_by_who_was_signed_out_elsewhere_is_refused(two: list[World]) -> None:
    here, there = two
    known(*two, session=Identity("alice", signed_in_at=WORLD_NOW - HOUR))
    headers = bearer("session") | {"Idempotency-Key": "once"}
    assert order(there, headers).status == 202
    here.app.account_service.sign_out("alice")
    assert refusal(order(there, headers)) == (401, "unauthenticated")


def test_a_budget_holds_across_instances_that_remember_different_states(two: list[World]) -> None:
    issued = issue(two[0], budget=Budget(per_day=3))
    answers = [order(two[place % 2], bearer(issued.token)) for place in range(6)]
    assert [answer.status for answer in answers] == [202] * 3 + [402] * 3
    assert {answer.body["code"] for answer in answers[3:]} == {"key_budget_exceeded"}


def test_keys_are_revoked_and_rotated_across_instances(two: list[World]) -> None:
    here, there = two
    issued = issue(here)
    assert order(there, bearer(issued.token)).status == 202
    rotated = here.app.keys.rotate("alice", issued.key.id, timedelta())
    assert refusal(order(there, bearer(issued.token))) == (401, "unauthenticated")
    assert order(there, bearer(rotated.token)).status == 202
    here.app.keys.revoke("alice", issued.key.id)
    assert refusal(order(there, bearer(rotated.token))) == (401, "unauthenticated")
    assert refusal(there.api("GET", "/v1/balance", headers=bearer(rotated.token))) == (401, "unauthenticated")
    assert here.user("alice").identity.keys[issued.key.id].in_flight == 2
