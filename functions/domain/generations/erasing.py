"""When the owner's account is erased, everything personal is taken out of its generations."""

from dataclasses import replace
from datetime import datetime

from domain.credits.commits import Commit
from domain.generations.generation import Generation

# This text takes the place of a vendor's message, which may quote the prompt.
ERASED_MESSAGE = "What was said about it is erased"


def erase(generation: Generation, *, now: datetime) -> Commit[Generation]:
    """Take out of an ended generation everything that came from a person. Its cost stays, because the books need it."""
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
