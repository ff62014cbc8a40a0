"""Each task has a signature in its body. By it, the worker knows that one of our own processes wrote the task."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

_FIELD = "signature"


class TaskSignatures:
    """This signs tasks, and checks them, with a key that is derived from the pepper.

    So there is no second secret to keep. The key is derived with a label and the project. So it differs from every
    other key that is derived from the pepper, and a task of one project is not accepted in another project with the
    same pepper.
    """

    def __init__(self, pepper: str, project_id: str) -> None:
        self._key = hmac.digest(pepper.encode(), f"task:{project_id}".encode(), hashlib.sha256)

    def signed(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a task carries, with its signature beside it. All values must be plain JSON."""
        return {**data, _FIELD: self._of(data)}

    def holds(self, data: object) -> bool:
        """Say whether our key signed this, and whether nothing of it was changed, added or left out since."""
        if not isinstance(data, dict):
            return False
        given = data.get(_FIELD)
        rest = {name: value for name, value in data.items() if name != _FIELD}
        # They are compared as bytes, because compare_digest takes no text beyond ASCII, and a body may hold any text.
        return isinstance(given, str) and hmac.compare_digest(
            self._of(rest).encode(), given.encode(errors="backslashreplace")
        )

    def _of(self, data: Mapping[str, Any]) -> str:
        return hmac.new(self._key, json.dumps(data, sort_keys=True).encode(), hashlib.sha256).hexdigest()
