"""These are the refusals that are about generations. Each code is public and stable."""

from core.errors import AppError, NotFound


class GenerationNotFound(NotFound):
    code = "generation_not_found"
    title = "There is no such generation"

    def __init__(self, generation_id: str) -> None:
        super().__init__(f"Generation not found: {generation_id}")


class OutputNotFound(NotFound):
    code = "output_not_found"
    title = "There is no such output"

    def __init__(self, generation_id: str, number: str) -> None:
        super().__init__(f"Generation {generation_id} has no output {number}.")


class AlreadyFinal(AppError):
    code = "already_final"
    status = 409
    title = "The generation has ended"

    def __init__(self, generation_id: str, status: str) -> None:
        super().__init__(f"Generation {generation_id} is {status} and can no longer be cancelled.")


class SettlementConflict(AppError):
    """The entry that a settlement would post is there already, but the generation has not ended."""

    code = "settlement_conflict"
    status = 409
    title = "The books disagree about this generation"

    def __init__(self, generation_id: str) -> None:
        super().__init__(
            f"Generation {generation_id} has not ended, but an entry of its settlement is there already. "
            "Nothing was changed; an operator has to look at it."
        )
