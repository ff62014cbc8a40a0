from pydantic import Field

from core.errors import AppError, InvalidRequest
from schemas.base import Outbound

# With this status or a higher one, the request may have cost credits before it failed.
_OUR_FAULT = 500


class ProblemField(Outbound):
    pointer: str = Field(description="JSON pointer of a body field, or the name of a parameter or header.")
    detail: str
    allowed: tuple[str, ...] = ()


class Problem(Outbound):
    """A refusal is described as RFC 9457 asks, with further fields that a program can act on."""

    type: str = Field(
        description="The address of the page that says what to do: `PUBLIC_URL/docs/problems/<code>`.",
        examples=["http://127.0.0.1:8888/docs/problems/insufficient_credits"],
    )
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    charged: bool | None = Field(description="Says whether the request cost credits; null if that is not known.")
    request_id: str
    errors: list[ProblemField] | None = Field(
        default=None, description="The first 20 faults, or fewer if they are long. The allowed names are listed once."
    )
    more_errors: int | None = Field(default=None, description="The number of faults that are not in `errors`.")
    required: int | None = Field(default=None, description="402: the price.")
    available: int | None = Field(default=None, description="402: the credits that the caller can spend.")


def problem_of(error: AppError, request_id: str, public_url: str) -> Problem:
    faults = error.errors if isinstance(error, InvalidRequest) else None
    return Problem(
        type=f"{public_url}/docs/problems/{error.code}",
        title=error.title,
        status=error.status,
        detail=error.message,
        code=error.code,
        retryable=error.retryable,
        charged=charged_at(error.status),
        request_id=request_id,
        errors=faults
        and [ProblemField(pointer=fault.pointer, detail=fault.detail, allowed=fault.allowed) for fault in faults],
        more_errors=(isinstance(error, InvalidRequest) and error.more) or None,
        required=_number(error, "required"),
        available=_number(error, "available"),
    )


def charged_at(status: int) -> bool | None:
    """Say whether a refusal with this status cost credits. Return None if that is not known."""
    return None if status >= _OUR_FAULT else False


def _number(error: AppError, name: str) -> int | None:
    value = error.details.get(name)
    return value if isinstance(value, int) else None
