"""These are the refusals that are about users, their accounts and their API keys. Each code is public and stable."""

from core.errors import AppError, NotFound, PermissionDenied


class UserNotFound(NotFound):
    code = "user_not_found"
    title = "There is no such user"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"User not found: {user_id}")


class UserInactive(AppError):
    code = "user_inactive"
    status = 403
    title = "The user is deactivated"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"User {user_id} is deactivated and cannot spend credits.")


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
