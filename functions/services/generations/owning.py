"""A generation belongs to a user, and also to the user who claimed that account."""

from collections.abc import Collection

from core.records import Stored
from domain.generations.errors import GenerationNotFound
from domain.generations.generation import Generation
from services.generations.ports import Generations

AccountIds = Collection[str]
NO_ACCOUNTS: AccountIds = ()


def owned(generations: Generations, user_id: str, generation_id: str, claimed: AccountIds) -> Stored[Generation]:
    """Return a generation of the user, or of the accounts that the user claimed. Raise GenerationNotFound.

    Another user's generation is not found, just as one that does not exist.
    """
    found = generations.owned(generation_id, {user_id, *claimed})
    if found is None:
        raise GenerationNotFound(generation_id)
    return found
