from collections.abc import Mapping

from core.errors import Unauthenticated
from services.ports import Identity


class MemoryTokens:
    """Knows the tokens that it was given, and refuses all others."""

    def __init__(self, tokens: Mapping[str, Identity]) -> None:
        self._tokens = dict(tokens)

    def verify(self, token: str) -> Identity:
        known = self._tokens.get(token)
        if known is None:
            raise Unauthenticated("The ID token is not valid: expired, forged, or of another project.")
        return known
