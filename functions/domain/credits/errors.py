"""These are the refusals that are about credits. Each code is public and stable."""

from core.errors import AppError


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


class AnonymousAllowanceUsed(AppError):
    code = "anonymous_allowance_used"
    status = 403
    title = "Sign in to go on"

    def __init__(self, most: int) -> None:
        super().__init__(f"Without an account you can have {most} generation. Sign in or register to make more.")


class TooManyGrants(AppError):
    code = "too_many_grants"
    status = 409
    title = "The user has too many grants"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The user has {most} grants that are not used up, the most that one user may have. Add the credits "
            "without an expiry, a start or a priority."
        )
