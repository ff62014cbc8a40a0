"""A stored record can be damaged. A person has to repair it."""

from core.errors import AppError


class UnreadableRecord(AppError):
    """A stored document does not hold what the code expects.

    `path` names the document, and `reason` says what is wrong with it; the reason is for the log, not for the caller.
    `owner` is the user that the document names, where it names one.
    """

    code = "record_unreadable"
    status = 500
    title = "A stored record cannot be read"

    def __init__(self, path: str, reason: str, owner: str | None = None) -> None:
        super().__init__(f"The record {path} cannot be read. Nothing was changed; an operator has to repair it.")
        self.path = path
        self.reason = reason
        self.owner = owner
