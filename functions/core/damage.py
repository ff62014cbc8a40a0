"""A stored record can be damaged. A person has to repair it."""

from core.errors import AppError


class UnreadableRecord(AppError):
    """One stored document does not hold what the code expects. `path` names it, `reason` says what is wrong with it.

    `owner` is the user that the document names, where it names one. The reason is for the log, not for the caller.
    """

    code = "record_unreadable"
    status = 500
    title = "A stored record cannot be read"

    def __init__(self, path: str, reason: str, owner: str | None = None) -> None:
        super().__init__(f"The record {path} cannot be read. Nothing was changed; an operator has to repair it.")
        self.path = path
        self.reason = reason
        self.owner = owner
