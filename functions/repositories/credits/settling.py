"""The end of a subject, as increments of its user's document."""

from typing import Any

from domain.accounts.keys import windows
from domain.credits.fairness import cancels_field
from domain.credits.ledger import Change
from repositories.store.documents import Increment


def settled_update(change: Change) -> dict[str, Any]:
    """What the end of a generation does to its user, whose document may have moved since: increments only."""
    delta, generation = change.delta, change.generation
    assert delta is not None, "a settlement moves something"  # noqa: S101 - a bug, not a refusal
    assert generation is not None, "a settlement is of a generation"  # noqa: S101 - a bug, not a refusal
    moved = {
        "current_credits": delta.current,
        "held_credits": delta.held,
        "total_images_generated": delta.images,
        "in_flight": delta.in_flight,
        f"cancels.{cancels_field(change.at)}": int(change.is_late_cancel),
    }
    if generation.api_key_id is not None:
        key = f"keys.{generation.api_key_id}"
        moved[f"{key}.in_flight"] = delta.in_flight
        moved |= {f"{key}.spent.{window}": -delta.current for window in windows(generation.created_at)}
    return {**{name: Increment(by) for name, by in moved.items() if by}, "updated_at": change.at}
