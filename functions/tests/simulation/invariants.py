"""Rules I1 to I7, I9 and I10 are checked on the documents by plain loops, so that the product's own arithmetic does not
judge itself.

docs/ledger.md explains the rules.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from repositories.store.documents import Document
from simulation.grants import of_grants
from simulation.heritage import IMAGES, USER, is_adopted, is_inherited, unexplained

FINAL = ("completed", "failed", "cancelled")
TAKES = ("deduction", "clawback", "expiry")
CLOCKS_DIFFER = timedelta(seconds=6)
# The sweeper's longest backoff is 30 minutes. The rest is for clocks that differ, and for the lease.
LATEST_LOOK = timedelta(minutes=36)

Fields = Mapping[str, Any]


@dataclass(slots=True)
class Books:
    """The documents are sorted by kind and by owner."""

    users: dict[str, Fields] = field(default_factory=dict)
    entries: dict[str, dict[str, Fields]] = field(default_factory=lambda: defaultdict(dict))
    generations: dict[str, Fields] = field(default_factory=dict)
    trainings: dict[str, Fields] = field(default_factory=dict)
    of_user: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def subjects(self) -> dict[str, Fields]:
        return {**self.generations, **self.trainings}

    def subjects_of(self, user_id: str) -> list[Fields]:
        own = [self.generations[name] for name in self.of_user[user_id]]
        return own + [each for each in self.trainings.values() if each["user_id"] == user_id]


def books_from(records: Mapping[str, Document]) -> Books:
    books = Books()
    for path, document in records.items():
        match path.split("/"):
            case ["users", user_id]:
                books.users[user_id] = document.fields
            case ["users", user_id, "transactions", entry_id]:
                books.entries[user_id][entry_id] = document.fields
            case ["generation_requests", generation_id]:
                books.generations[generation_id] = document.fields
                books.of_user[document.fields["user_id"]].append(generation_id)
            case ["trainings", training_id]:
                books.trainings[training_id] = document.fields
    return books


def broken(books: Books, files: Mapping[str, bytes], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the name of each rule that does not hold, and a message."""
    for user_id, user in books.users.items():
        yield from _of_user(user_id, user, books)
    for generation_id, generation in books.generations.items():
        if not is_adopted(generation):
            continue
        entries = books.entries[generation["user_id"]]
        yield from _of_generation(generation_id, generation, entries)
        if generation["status"] in FINAL:
            yield from _of_ended(generation_id, generation, files)
        else:
            yield from _of_unsettled(generation_id, generation, now)
    for training_id, training in books.trainings.items():
        yield from _of_training(training_id, training, books.entries[training["user_id"]])
    yield from _of_orders(books.generations.values())


def _of_user(user_id: str, user: Fields, books: Books) -> Iterator[tuple[str, str]]:
    entries = books.entries[user_id]
    balance = clawed_back = 0
    for entry in entries.values():
        balance += -entry["credits"] if entry["type"] in TAKES else entry["credits"]
        clawed_back += entry["credits"] if entry["type"] == "clawback" else 0
    current, held = user["current_credits"], user.get("held_credits", 0)
    if current + clawed_back < 0:
        yield "I1", f"{user_id} has {current}"
    balance += unexplained(user_id, user)
    if current != balance:
        yield "I2", f"{user_id} has {current}, its entries say {balance}"
    holds, images = 0, IMAGES if user_id == USER else 0
    generations = [books.generations[generation_id] for generation_id in books.of_user[user_id]]
    subjects = books.subjects_of(user_id)
    for subject in subjects:
        holds += subject.get("credits_held", 0)
        images += len(subject.get("outputs", ()))
    if held != holds:
        yield "I4", f"{user_id} holds {held}, its generations {holds}"
    if user["total_images_generated"] != images:
        yield "I5", f"{user_id} is said to have {user['total_images_generated']} images, there are {images}"
    yield from _of_entries(entries, books.subjects)
    yield from _of_flight(user_id, user, subjects)
    yield from of_grants(user_id, user, entries, subjects)
    yield from _of_cancels(user_id, user, generations)
    for key_id, key in user.get("keys", {}).items():
        yield from _of_key(key_id, key, [each for each in generations if each.get("api_key_id") == key_id])


def _of_flight(name: str, counted: Fields, generations: Sequence[Fields]) -> Iterator[tuple[str, str]]:
    flying = sum(generation.get("in_flight", False) for generation in generations)
    if counted.get("in_flight", 0) != flying:
        yield "in flight", f"{name} is said to have {counted.get('in_flight')} in flight, there are {flying}"


def _of_cancels(user_id: str, user: Fields, generations: Sequence[Fields]) -> Iterator[tuple[str, str]]:
    """Check the number of cancels. A generation that had started is counted on the day of its cancel; days that are
    over may have been forgotten.
    """
    counted: dict[str, int] = defaultdict(int)
    for generation in generations:
        if generation["status"] == "cancelled" and generation.get("attempt", 0) > 0:
            counted[f"{generation['completed_at']:d%Y%m%d}"] += 1
    told = user.get("cancels", {})
    latest = max(counted, default="")
    is_recent = bool(counted) and f"{user['updated_at'] - timedelta(days=1):d%Y%m%d}" < latest
    if (is_recent and told.get(latest) != counted[latest]) or any(counted[day] != count for day, count in told.items()):
        yield "cancels", f"{user_id} is said to have cancelled {told} after the start, and did {dict(counted)}"


def _of_key(key_id: str, key: Fields, generations: Sequence[Fields]) -> Iterator[tuple[str, str]]:
    """Check that the amounts which the key says it has spent, net of refunds, are right and within its budget, in each
    day and month.
    """
    yield from _of_flight(key_id, key, generations)
    for form, most in (("d%Y%m%d", key["budget"]["per_day"]), ("m%Y%m", key["budget"]["per_month"])):
        spent: dict[str, int] = defaultdict(int)
        for generation in generations:
            net = generation["credits_deducted"] - generation["credits_refunded"]
            spent[generation["created_at"].strftime(form)] += net
        for window, net in spent.items():
            if key["spent"].get(window) != net:
                yield "budget", f"{key_id} spent {net} in {window}, and says {key['spent']}"
            if most is not None and net > most:
                yield "budget", f"{key_id} spent {net} in {window}, and may spend {most}"


def _of_entries(entries: Mapping[str, Fields], generations: Mapping[str, Fields]) -> Iterator[tuple[str, str]]:
    """Check that the ids of entries are derived, so that an entry that is posted again finds that it is already there.
    The description shows which posting it was.
    """
    seen = set()
    for entry_id, entry in entries.items():
        if entry["type"] in ("deduction", "refund"):
            generation_id = entry["generation_request_id"]
            if is_inherited(generation_id):
                continue
            if generation_id not in generations or entry_id != f"{generation_id}-{entry['type']}":
                yield "I3", f"{entry_id} is a {entry['type']} of {generation_id}"
        elif "-expiry-" in entry_id or entry_id.endswith("-start"):
            continue  # `grants` counts these
        elif entry["description"] in seen:
            yield "entries", f"{entry['description']!r} came once, and is there twice"
        else:
            seen.add(entry["description"])


def _of_generation(generation_id: str, generation: Fields, entries: Mapping[str, Fields]) -> Iterator[tuple[str, str]]:
    price, refunds, deductions = generation["credits_deducted"], 0, []
    for entry in entries.values():
        if entry["generation_request_id"] == generation_id:
            if entry["type"] == "deduction":
                deductions.append(entry["credits"])
            if entry["type"] == "refund":
                refunds += entry["credits"]
    if deductions != [price]:
        yield "I3", f"{generation_id} costs {price}, deductions are {deductions}"
    if refunds > price or refunds != generation["credits_refunded"]:
        yield "I3", f"{generation_id} costs {price}, says {generation['credits_refunded']} refunded; entries {refunds}"
    parts = [generation[f"credits_{part}"] for part in ("held", "charged", "refunded")]
    if sum(parts) != price or min(parts) < 0:
        yield "I5", f"{generation_id} costs {price}, but held, charged, refunded are {parts}"


def _of_training(training_id: str, training: Fields, entries: Mapping[str, Fields]) -> Iterator[tuple[str, str]]:
    yield from _of_generation(training_id, training, entries)
    price, delivered = training["credits_deducted"], len(training["outputs"])
    if training["in_flight"]:
        parts = (price, 0, 0)
    else:
        charged = price * delivered // training["asked"]
        parts = (0, charged, price - charged)
    if tuple(training[f"credits_{part}"] for part in ("held", "charged", "refunded")) != parts:
        yield "I5", f"{training_id} delivered {delivered} of {training['asked']}, and costs are {training}"


def _of_ended(generation_id: str, generation: Fields, files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    price, is_completed = generation["credits_deducted"], generation["status"] == "completed"
    if generation["credits_charged" if is_completed else "credits_refunded"] != price:
        yield "I5", f"{generation_id} is {generation['status']}, but not wholly charged or refunded"
    if bool(generation["outputs"]) != is_completed and not is_inherited(generation_id):
        yield "I5", f"{generation_id} is {generation['status']} with {len(generation['outputs'])} outputs"
    for index, output in enumerate(generation["outputs"]):
        if files.get(output["path"]) != f"{generation_id}/{index}".encode():
            yield "I5", f"{output['path']} is not in the store, or is another's"
        small = output.get("thumbnail_path")
        if small is not None and files.get(small) != f"small {generation_id}/{index}".encode():
            yield "I5", f"{small} is not in the store, or is another's"
    if generation.get("in_flight"):
        yield "in flight", f"{generation_id} has ended, and is still in flight"
    if generation["due_at"] is not None or generation["lease_owner"] is not None:
        yield "I7", f"{generation_id} has ended, and is still due or leased"


def _of_unsettled(generation_id: str, generation: Fields, now: datetime) -> Iterator[tuple[str, str]]:
    if not generation["in_flight"]:
        yield "in flight", f"{generation_id} is unsettled, and not in flight"
    if generation["credits_held"] != generation["credits_deducted"]:
        yield "I5", f"{generation_id} is unsettled, and its price is not held"
    due_at, leased = generation["due_at"], generation["lease_owner"] is not None
    if due_at is None or due_at > now + LATEST_LOOK:
        yield "I7", f"{generation_id} is unsettled, and nobody looks at it before {due_at}"
        return
    is_worked_on = leased or generation["provider_job"] is not None
    if is_worked_on != (generation["status"] == "processing"):
        yield "I7", f"{generation_id} is {generation['status']}, leased by {generation['lease_owner']}"
    if leased and generation["lease_until"] > max(due_at, now + CLOCKS_DIFFER):
        yield "I7", f"{generation_id} is leased until {generation['lease_until']}, after it is due"


def _of_orders(generations: Sequence[Fields] | Any) -> Iterator[tuple[str, str]]:
    """Check that no order was carried out twice. Each order has a prompt of its own, and an order is repeated only
    under its idempotency key.
    """
    seen = set()
    for generation in generations:
        if generation["prompt"] in seen:
            yield "I6", f"{generation['prompt']!r} was ordered once, and is there twice"
        seen.add(generation["prompt"])
