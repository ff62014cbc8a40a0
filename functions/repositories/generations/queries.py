"""Which generations a query asks for."""

from collections.abc import Collection

from services.generations.ports import GenerationFilter


def owned_by(owners: Collection[str]) -> list[tuple[str, str, object]]:
    """One needs no list, and none is everybody."""
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
