"""What the product refuses, as facts. Each code is public and stable."""

from core.errors import AppError, NotFound, PermissionDenied


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


class OutputNotFound(NotFound):
    code = "output_not_found"
    title = "There is no such output"

    def __init__(self, generation_id: str, number: str) -> None:
        super().__init__(f"Generation {generation_id} has no output {number}.")


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


class KeyBudgetExceeded(AppError):
    code = "key_budget_exceeded"
    status = 402
    title = "The API key has spent its budget"

    def __init__(self, *, required: int, available: int, period: str) -> None:
        super().__init__(
            f"The budget of this API key for the {period} is spent. Required: {required}, Available: {available}",
            required=required,
            available=available,
        )


class AnonymousAllowanceUsed(AppError):
    code = "anonymous_allowance_used"
    status = 403
    title = "Sign in to go on"

    def __init__(self, most: int) -> None:
        super().__init__(f"Without an account you can have {most} generation. Sign in or register to make more.")


class KeyNotFound(NotFound):
    code = "key_not_found"
    title = "There is no such API key"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"API key not found: {key_id}")


class TooManyKeys(AppError):
    code = "too_many_keys"
    status = 409
    title = "There are too many API keys"

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} API keys, the most that one user may have. Revoke one first.")


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


class OptionNotFound(NotFound):
    code = "option_not_found"
    title = "There is no such option in the catalog"

    def __init__(self, option_id: str) -> None:
        super().__init__(f"Option not found: {option_id}")


class ReportNotFound(NotFound):
    code = "report_not_found"
    title = "There is no such report"

    def __init__(self, report_id: str) -> None:
        super().__init__(f"Report not found: {report_id}")


class VersionMismatch(AppError):
    code = "version_mismatch"
    status = 412
    title = "Another version stands there"

    def __init__(self, *, expected: str, actual: int | None) -> None:
        stands = "there is none yet" if actual is None else f"version {actual} stands there"
        super().__init__(f"If-Match names {expected}, but {stands}. Look at it, and decide again.")


class LastOption(AppError):
    code = "last_option"
    status = 409
    title = "It is the last one on offer"

    def __init__(self, kind: str, option_id: str) -> None:
        super().__init__(f"{option_id} is the last of the {kind} on offer; without one nothing can be ordered.")


class NotOneself(AppError):
    code = "not_oneself"
    status = 409
    title = "Nobody does this to themselves"

    def __init__(self, what: str) -> None:
        super().__init__(f"You cannot {what} yourself. Another admin can.")


class AddressNotVerified(PermissionDenied):
    def __init__(self, email: str, user_id: str) -> None:
        super().__init__(
            f"Nobody has verified that {email} is theirs, so anybody may have signed up with it. Its account has the "
            f"id {user_id}; find out whose it is, and then name it by this id."
        )


class AccountClosed(AppError):
    code = "account_closed"
    status = 409
    title = "The account is closed for good"

    def __init__(self, user_id: str, why: str) -> None:
        super().__init__(f"User {user_id} {why}, and cannot come back.")
