"""Examines the books after a run: by the product's own audit, and by a count of our own that does not use it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.generations.generation import Status
from repositories.store.documents import Fields, Query
from repositories.store.paths import GENERATIONS, transactions_path, user_path
from tools.faults.clients import History
from tools.faults.stage import Stage


@dataclass(frozen=True)
class Books:
    credits: int
    charged: int
    statuses: Counter[str]
    differences: tuple[str, ...]


def examine(stage: Stage, granted: Mapping[str, int], history: History) -> Books:
    """Examine the books of these users, who were granted so many credits. The audit is of everybody."""
    accounts = {user: _account(stage, user) for user in granted}
    generations = [each for user in granted for each in _all(stage, GENERATIONS, ("user_id", "==", user))]
    entries = {user: _all(stage, transactions_path(user)) for user in granted}
    differences = [
        *_audited(stage),
        *_balances(accounts, generations, granted),
        *_entries(generations, entries),
        *_ends(stage, generations),
        *_promises(generations, history),
    ]
    return Books(
        credits=sum(account["current_credits"] for account in accounts.values()),
        charged=sum(each["credits_charged"] for each in generations),
        statuses=Counter(each["status"] for each in generations),
        differences=tuple(differences),
    )


def _account(stage: Stage, user: str) -> Fields:
    found = stage.app.documents.get(user_path(user))
    if found is None:
        raise LookupError(user)
    return found.fields


def _all(stage: Stage, collection: str, *where: tuple[str, str, Any]) -> list[Fields]:
    return [
        {**each.fields, "id": each.id} for each in stage.app.documents.query(Query(collection=collection, where=where))
    ]


def _audited(stage: Stage) -> Iterator[str]:
    audit = stage.app.audits.of_all()
    found = [*audit.differences, *(each for user in audit.different for each in user.differences)]
    yield from (f"audit, {each.invariant}: {each.detail}: {each.expected} and {each.actual}" for each in found)
    yield from (f"audit: the books of {user} are not open" for user in audit.unopened)


def _balances(accounts: dict[str, Fields], generations: Iterable[Fields], granted: Mapping[str, int]) -> Iterator[str]:
    charged: Counter[str] = Counter()
    for each in generations:
        charged[each["user_id"]] += each["credits_charged"]
    for user, account in accounts.items():
        current, held = account["current_credits"], account["held_credits"]
        if current < 0 or held != 0 or current + charged[user] != granted[user]:
            yield f"{user}: {granted[user]} granted, {charged[user]} charged, {current} left, {held} held"


def _entries(generations: Iterable[Fields], entries: dict[str, list[Fields]]) -> Iterator[str]:
    """
    Check that each generation has one deduction of its price, and one refund of it exactly if nothing was delivered.
    Yield a line for each that has not, and for each entry that belongs to no generation.
    """
    found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for user, ledger in entries.items():
        for entry in ledger:
            found[user, str(entry.get("generation_request_id")), entry["type"]].append(entry["credits"])
    for each in generations:
        price, is_delivered = each["credits_deducted"], each["status"] == Status.COMPLETED
        deductions = found.pop((each["user_id"], each["id"], "deduction"), [])
        refunds = found.pop((each["user_id"], each["id"], "refund"), [])
        if (deductions, refunds) != ([price], [] if is_delivered else [price]):
            yield f"{each['status']} {each['id']} of {price}: deductions {deductions}, refunds {refunds}"
    left = [key for key in found if key[2] != "grant"]
    yield from (f"an entry of nothing: {kind} of {generation} for {user}" for user, generation, kind in left)


def _ends(stage: Stage, generations: Iterable[Fields]) -> Iterator[str]:
    """Check that every generation has ended, and that each picture that was charged for is in the store."""
    for each in generations:
        if each["status"] not in {Status.COMPLETED, Status.FAILED, Status.CANCELLED}:
            yield f"{each['id']} is {each['status']}"
        if each["status"] == Status.COMPLETED and not each["outputs"]:
            yield f"{each['id']} is completed without a picture"
        for output in each["outputs"]:
            place = stage.outputs / output["path"]
            size = place.stat().st_size if place.exists() else None
            if size != output["bytes"]:
                yield f"{output['path']}: {output['bytes']} bytes in the books, {size} in the store"
            preview = output["thumbnail_path"]
            if preview and not (stage.outputs / preview).exists():
                yield f"{preview} is in the books, and not in the store"


def _promises(generations: Sequence[Fields], history: History) -> Iterator[str]:
    """
    Check what the clients were told. A key that was answered with 202 has one generation, one that was answered with
    402 has none, and there was no other answer.
    """
    accepted = {id_ for ids in history.ids.values() for id_ in ids}
    existing = {each["id"] for each in generations}
    yield from (f"key {key} got {len(ids)} generations" for key, ids in history.ids.items() if len(ids) > 1)
    yield from (f"{id_} was accepted and does not exist" for id_ in accepted - existing)
    yield from (f"{id_} exists and was never answered" for id_ in existing - accepted)
    yield from (f"key {key} was accepted and refused" for key in history.refused & history.ids.keys())
    yield from (f"key {key} never got an answer" for key in history.unknown)
    taken_back = sum(each["status"] == Status.CANCELLED for each in generations)
    if taken_back != history.answers["cancel: 200"]:
        yield f"{taken_back} are cancelled, {history.answers['cancel: 200']} were said to be"
    yield from (f"{number} x {answer}" for answer, number in history.answers.items() if answer not in _DOCUMENTED)


_DOCUMENTED = {
    *("create: 202", "create: 402", "create: 503", "create: no answer"),
    *("status: 200", "status: 503", "status: no answer"),
    *("cancel: 200", "cancel: 409", "cancel: 503", "cancel: no answer"),
}
