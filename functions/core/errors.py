"""These are the errors that know nothing of the product.

An AppError is expected: its message is safe to show, and one place at each edge turns it into an answer. Anything else
that is raised is a bug.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.shortening import first_of, shortened, written_bytes

FAULTS_MAX = 20
# An answer tells a fault at most three times: in its list, in its message, and once more where clients of
# feraset-imagen look. With these numbers, no refusal is larger than 16 KB, whatever was sent.
_FAULTS_BYTES_MAX = 4500
_MESSAGE_BYTES_MAX = 4500
_POINTER_BYTES_MAX = 500
_DETAIL_BYTES_MAX = 1000
_ALLOWED_BYTES_MAX = 2000
# A fault takes this many bytes for the names and brackets around it in JSON.
_FAULT_OVERHEAD_BYTES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field is wrong.

    `pointer` is a JSON pointer, or the name of a parameter or header; `detail` says what is wrong.
    """

    pointer: str
    detail: str
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        hint = f" (allowed: {', '.join(self.allowed)})" if self.allowed else ""
        return f"{self.pointer}: {self.detail}{hint}"


class AppError(Exception):
    """This is the base of every expected error.

    `code` is stable and public. `status` is HTTP's. `retryable` says whether the same request may succeed later.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = shortened(message, _MESSAGE_BYTES_MAX)
        self.details: Mapping[str, object] = details


class InvalidRequest(AppError):
    code = "invalid_request"
    status = 400
    title = "The request is not valid"

    def __init__(self, errors: Sequence[FieldError], message: str | None = None) -> None:
        """Keep the first 20 of `errors`, or fewer where they are long, and count the rest in `more`."""
        self.errors = _first_faults(errors)
        self.more = len(errors) - len(self.errors)
        rest = [f"and {self.more} more"] if self.more else []
        super().__init__(message or "; ".join([*map(str, self.errors), *rest]))


def _first_faults(errors: Sequence[FieldError]) -> tuple[FieldError, ...]:
    kept: list[FieldError] = []
    left = _FAULTS_BYTES_MAX
    for error in map(_shortened_fault, errors[:FAULTS_MAX]):
        left -= _FAULT_OVERHEAD_BYTES + sum(map(written_bytes, (error.pointer, error.detail, *error.allowed)))
        if left < 0:
            break
        kept.append(error)
    return tuple(kept)


def _shortened_fault(error: FieldError) -> FieldError:
    return FieldError(
        pointer=shortened(error.pointer, _POINTER_BYTES_MAX),
        detail=shortened(error.detail, _DETAIL_BYTES_MAX),
        allowed=first_of(error.allowed, _ALLOWED_BYTES_MAX),
    )


class Unauthenticated(AppError):
    code = "unauthenticated"
    status = 401
    title = "Who is calling is not known"


class PermissionDenied(AppError):
    code = "permission_denied"
    status = 403
    title = "The caller may not do this"


class NotFound(AppError):
    code = "not_found"
    status = 404
    title = "There is no such thing"


class MethodNotAllowed(AppError):
    code = "method_not_allowed"
    status = 405
    title = "This method is not allowed here"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{method} is not allowed here. Allowed: {', '.join(allowed)}.")
        self.allowed = tuple(allowed)


class NotAcceptable(AppError):
    code = "not_acceptable"
    status = 406
    title = "None of the formats that the request accepts is there"

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"Accept must allow one of: {', '.join(allowed)}.")


class PayloadTooLarge(AppError):
    code = "payload_too_large"
    status = 413
    title = "The body is too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body may have at most {limit_bytes} bytes.", limit_bytes=limit_bytes)


class UnsupportedMediaType(AppError):
    code = "unsupported_media_type"
    status = 415
    title = "The content type is not supported"

    def __init__(self, given: str) -> None:
        super().__init__(f"Content-Type must be application/json, not {given or 'absent'}.")


class Unavailable(AppError):
    """Something that we depend on did not answer. What was asked for may or may not have happened."""

    code = "unavailable"
    status = 503
    title = "Temporarily unavailable"
    retryable = True


class RefusedByDatabase(AppError):
    """The database never accepts this name, size or depth. Nothing was written.

    The checks at the edge know its limits, so this error is rare. `reason` is for the log.
    """

    code = "refused_by_database"
    status = 400
    title = "The database refuses this"

    def __init__(self, reason: str) -> None:
        super().__init__("The database refuses a name, a size or a depth in this request. Nothing was written.")
        self.reason = reason


class RateLimited(AppError):
    """There were too many requests.

    `retry_after` is the number of whole seconds after which the same request may succeed. `policy` names the limit.
    """

    code = "rate_limited"
    status = 429
    title = "Too many requests"
    retryable = True

    def __init__(self, message: str, *, retry_after: int, policy: str) -> None:
        super().__init__(f"{message} Try again in {retry_after} s.", retry_after=retry_after)
        self.retry_after = retry_after
        self.policy = policy


class HeadersTooLarge(AppError):
    code = "headers_too_large"
    status = 431
    title = "The headers are too large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The headers may have at most {limit_bytes} bytes.", limit_bytes=limit_bytes)


class NotSupported(AppError):
    code = "not_supported"
    status = 501
    title = "This is not possible here"


class IdempotencyKeyReused(AppError):
    code = "idempotency_key_reused"
    status = 422
    title = "The idempotency key belongs to another request"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body. Send the same body, or a new key.")


class VersionMismatch(AppError):
    code = "version_mismatch"
    status = 412
    title = "Another version stands there"

    def __init__(self, *, expected: str, actual: int | None) -> None:
        stands = "there is none yet" if actual is None else f"version {actual} stands there"
        super().__init__(f"If-Match names {expected}, but {stands}. Look at it, and decide again.")
