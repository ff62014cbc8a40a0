"""Rules I9 and I10 are checked on the documents by plain loops: each grant gives what it has, and no allowance is
overdrawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

Fields = Mapping[str, Any]

# This number is worked out by hand: credits that came back to an expired grant can be spent for so long.
GRACE = timedelta(hours=72)


def of_grants(
    user_id: str, user: Fields, entries: Mapping[str, Fields], subjects: Sequence[Fields]
) -> Iterator[tuple[str, str]]:
    """Yield a rule and a message for each rule about grants and allowances that does not hold for one user."""
    grants = user.get("grants", {})
    left = sum(grant.get("remaining", 0) + grant.get("returned", 0) for grant in grants.values())
    clawed_back = sum(entry["credits"] for entry in entries.values() if entry["type"] == "clawback")
    if left > max(0, user["current_credits"]) + clawed_back:
        yield "I9", f"the grants of {user_id} have {left} left, of {user['current_credits']}"
    for name, grant in grants.items():
        if "amount" not in grant:
            yield "I9", f"only a part of {name} is there: {grant}"
        else:
            yield from _of_grant(name, grant, entries, subjects)
    for name, allowance in user.get("allowances", {}).items():
        yield from _of_allowance(name, allowance, subjects)


def _of_grant(
    name: str, grant: Fields, entries: Mapping[str, Fields], subjects: Sequence[Fields]
) -> Iterator[tuple[str, str]]:
    takes = [
        (each["in_flight"], take) for each in subjects for take in each.get("takes", ()) if take["grant_id"] == name
    ]
    held = sum(take["credits"] for is_open, take in takes if is_open)
    captured = sum(take["credits"] - take["returned"] for is_open, take in takes if not is_open)
    taken = sum(entry.get("taken", {}).get(name, 0) for entry in entries.values())
    expired = sum(
        entry["credits"] for entry_id, entry in entries.items() if entry_id.startswith(f"{grant['entry_id']}-expiry-")
    )
    if grant["held"] != held:
        yield "I9", f"{name} holds {grant['held']}, and its subjects {held}"
    if grant["is_pending"]:
        return
    parts = [grant["remaining"], grant["returned"], held, captured, taken, expired]
    if sum(parts) != grant["amount"] or min(parts) < 0:
        yield "I9", f"{name} had {grant['amount']}; left, returned, held, captured, taken, expired are {parts}"


def _of_allowance(name: str, allowance: Fields, subjects: Sequence[Fields]) -> Iterator[tuple[str, str]]:
    own = [each for each in subjects if (each.get("allowance") or {}).get("allowance_id") == name]
    held = sum(each["allowance"]["images"] for each in own if each["in_flight"])
    used = sum(len(each["outputs"]) for each in own if not each["in_flight"])
    if (allowance["held"], allowance["used"]) != (held, used):
        yield "I10", f"{name} says {allowance['held']} held and {allowance['used']} used; it is {held} and {used}"
    if held + used > allowance["included"]:
        yield "I10", f"{name} includes {allowance['included']}, and {held} are held and {used} used"


def spendable(user: Fields, now: datetime) -> int:
    """Return the credits that the user can spend. A refusal has to be judged by this number, and not by the balance:
    expired credits stay in the balance until somebody writes that they expired.
    """
    over = 0
    for grant in user.get("grants", {}).values():
        if grant.get("expires_at") is not None and not grant["is_pending"] and grant["expires_at"] <= now:
            came_late = grant["returned_at"] is not None and grant["returned_at"] + GRACE > now
            over += grant["remaining"] + (0 if came_late else grant["returned"])
    current = user["current_credits"]
    assert isinstance(current, int)
    return current - over


def beginning(user: Fields, now: datetime) -> int:
    """Return the credits that are not in the balance yet, but may be from now on."""
    pending = (grant for grant in user.get("grants", {}).values() if grant.get("is_pending"))
    return sum(grant["amount"] for grant in pending if grant["effective_at"] <= now)


def not_expired(books_users: Mapping[str, Fields], now: datetime) -> Iterator[str]:
    """Yield a message for each user who still has expired credits. After the nightly run there are none."""
    for user_id, user in books_users.items():
        if spendable(user, now) != user["current_credits"]:
            yield f"{user_id} still has credits whose time is over: {user['grants']}"
