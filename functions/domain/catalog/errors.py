"""These are the refusals that are about the catalog. Each code is public and stable."""

from core.errors import AppError, NotFound


class OptionNotFound(NotFound):
    code = "option_not_found"
    title = "There is no such option in the catalog"

    def __init__(self, option_id: str) -> None:
        super().__init__(f"Option not found: {option_id}")


class ModelNotFound(NotFound):
    code = "model_not_found"
    title = "There is no such model on offer"

    def __init__(self, model_id: str) -> None:
        super().__init__(f"Model not found: {model_id}")


class LastOption(AppError):
    code = "last_option"
    status = 409
    title = "It is the last one on offer"

    def __init__(self, kind: str, option_id: str) -> None:
        super().__init__(f"{option_id} is the last of the {kind} on offer; without one nothing can be ordered.")
