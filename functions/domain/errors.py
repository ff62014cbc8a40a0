"""What the product refuses, as facts. Each code is public and stable."""

from core.errors import AppError, NotFound


class UserNotFound(NotFound):
    code = "user_not_found"
    title = "There is no such user"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"User not found: {user_id}")


class GenerationNotFound(NotFound):
    code = "generation_not_found"
    title = "There is no such generation"

    def __init__(self, generation_id: str) -> None:
        super().__init__(f"Generation not found: {generation_id}")


class UserInactive(AppError):
    code = "user_inactive"
    status = 403
    title = "The user is deactivated"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"User {user_id} is deactivated and cannot spend credits.")


class InsufficientCredits(AppError):
    code = "insufficient_credits"
    status = 402
    title = "There are not enough credits"

    def __init__(self, *, required: int, available: int) -> None:
        super().__init__(
            f"Insufficient credits. Required: {required}, Available: {available}",
            required=required,
            available=available,
        )


class IdempotencyKeyReused(AppError):
    code = "idempotency_key_reused"
    status = 422
    title = "The idempotency key belongs to another request"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body. Send the same body, or a new key.")


class AlreadyFinal(AppError):
    code = "already_final"
    status = 409
    title = "The generation has ended"

    def __init__(self, generation_id: str, status: str) -> None:
        super().__init__(f"Generation {generation_id} is {status} and can no longer be cancelled.")


class EmulatorOnly(AppError):
    code = "emulator_only"
    status = 403
    title = "This works on the emulator only"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} works on the emulator only, and is refused everywhere else.")
