"""Makes the conditions of queries for generations."""

from collections.abc import Collection

from services.generations.ports import GenerationFilter


def owned_by(owners: Collection[str]) -> list[tuple[str, str, object]]:
    """Return the condition for these owners. One owner needs no list, and without owners there is no condition."""
    if len(owners) > 1:
        return [("user_id", "in", sorted(owners))]
    return [("user_id", "==", owner) for owner in owners]


def conditions(wanted: GenerationFilter) -> list[tuple[str, str, object]]:
    conditions = (
        ("status", "==", wanted.status.value if wanted.status else None),
        ("style", "==", wanted.style),
        ("model", "==", wanted.model),
        ("credits_deducted", "==", wanted.credits),
        ("created_at", ">=", wanted.created_from),
        ("created_at", "<", wanted.created_before),
    )
    return [condition for condition in conditions if condition[2] is not None]
