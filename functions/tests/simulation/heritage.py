"""A user of feraset-imagen has a balance that no entry explains, and generations that nothing is held for."""

from collections.abc import Mapping
from typing import Any

from repositories.store.documents import Create
from simulation.scheduler import STARTS_AT

USER = "old"
UNEXPLAINED = 9
IMAGES = 1
_SPENT = 8
_REFUNDED = 1


def is_inherited(generation_id: str) -> bool:
    return generation_id.startswith(USER)


def is_adopted(generation: Mapping[str, Any]) -> bool:
    return "attempt" in generation


def unexplained(user_id: str, user: Mapping[str, Any]) -> int:
    """Return the credits of the balance that no entry explains. All of them are posted when the books are opened."""
    return UNEXPLAINED if user_id == USER and user.get("books_opened_at") is None else 0


def documents() -> list[Create]:
    """Return the user, three generations (one was delivered, one was refunded, one stopped on the way), and their
    entries.
    """
    user = {
        "name": USER,
        "email": "old@example.com",
        "current_credits": UNEXPLAINED - _SPENT + _REFUNDED,
        "total_images_generated": IMAGES,
        "created_at": STARTS_AT,
        "updated_at": STARTS_AT,
    }
    return [
        Create(f"users/{USER}", user),
        *_generation("old-1", "completed", 3),
        *_generation("old-2", "failed", 1),
        *_generation("old-3", "pending", 4),
        _entry("tx-9", "old-2", "refund", _REFUNDED),
    ]


def _generation(generation_id: str, status: str, price: int) -> list[Create]:
    fields = {
        "user_id": USER,
        "model": "Model A",
        "style": "realistic",
        "color": "vibrant",
        "size": "512x512",
        "prompt": generation_id,
        "status": status,
        "credits_deducted": price,
        "created_at": STARTS_AT,
        "updated_at": STARTS_AT,
    }
    return [
        Create(f"generation_requests/{generation_id}", fields),
        _entry(f"tx-{generation_id}", generation_id, "deduction", price),
    ]


def _entry(entry_id: str, generation_id: str, kind: str, credits_: int) -> Create:
    fields = {
        "id": entry_id,
        "type": kind,
        "credits": credits_,
        "user_id": USER,
        "description": "",
        "timestamp": STARTS_AT,
        "generation_request_id": generation_id,
    }
    return Create(f"users/{USER}/transactions/{entry_id}", fields)
