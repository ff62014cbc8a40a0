from typing import Any

from bootstrap import Darkroom
from core.settings import Settings
from repositories.store.documents import Documents
from world import ENVIRONMENT


def instance_over(documents: Documents, **parts: Any) -> Darkroom:
    """Return another instance of the functions over the same database, which has seen nobody yet."""
    return Darkroom(Settings.from_environment(ENVIRONMENT), documents=documents, **parts)
