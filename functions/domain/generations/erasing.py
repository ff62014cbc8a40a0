"""Takes out of a generation what came from a person, when the owner's account is erased."""

from dataclasses import replace
from datetime import datetime

from domain.credits.commits import Commit
from domain.generations.generation import Generation

# It stands in the place of a vendor's message, which may quote the prompt.
ERASED_MESSAGE = "What was said about it is erased"


def erase(generation: Generation, *, now: datetime) -> Commit[Generation]:
    """Take out of an ended generation what came from a person. What it cost stays, for the books."""
    assert generation.is_final, "only what has ended is erased"  # noqa: S101 - a bug, not a refusal
    blank = replace(
        generation,
        spec=replace(generation.spec, prompt=""),
        failure=None if generation.failure is None else replace(generation.failure, message=ERASED_MESSAGE),
        metadata={},
        fingerprint=None,
        outputs=(),
        image_url=None,
        updated_at=now,
    )
    return Commit(user_id=generation.user_id, at=now, subject=blank)
