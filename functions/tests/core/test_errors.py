import pytest

from core.errors import (
    AppError,
    FieldError,
    IdempotencyKeyReused,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from domain.accounts.errors import UserInactive, UserNotFound
from domain.credits.errors import InsufficientCredits
from domain.generations.errors import AlreadyFinal, GenerationNotFound
from domain.operations.errors import EmulatorOnly


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (AppError("x"), "internal", 500),
        (InvalidRequest([]), "invalid_request", 400),
        (Unauthenticated("x"), "unauthenticated", 401),
        (InsufficientCredits(required=4, available=1), "insufficient_credits", 402),
        (PermissionDenied("x"), "permission_denied", 403),
        (UserInactive("alice"), "user_inactive", 403),
        (EmulatorOnly("seed_database"), "emulator_only", 403),
        (NotFound("x"), "not_found", 404),
        (UserNotFound("alice"), "user_not_found", 404),
        (GenerationNotFound("g"), "generation_not_found", 404),
        (MethodNotAllowed("PUT", ["GET", "POST"]), "method_not_allowed", 405),
        (AlreadyFinal("g", "completed"), "already_final", 409),
        (PayloadTooLarge(10), "payload_too_large", 413),
        (UnsupportedMediaType("text/plain"), "unsupported_media_type", 415),
        (IdempotencyKeyReused(), "idempotency_key_reused", 422),
        (Unavailable("x"), "unavailable", 503),
    ],
)
def test_codes_and_statuses_are_public_and_stay(error: AppError, code: str, status: int) -> None:
    assert (error.code, error.status) == (code, status)
    assert error.title


@pytest.mark.parametrize("error", [Unauthenticated("x"), InsufficientCredits(required=1, available=0), NotFound("x")])
def test_a_refusal_is_not_worth_repeating(error: AppError) -> None:
    assert not error.retryable


def test_what_does_not_answer_is_worth_repeating() -> None:
    assert Unavailable("x").retryable


def test_an_invalid_request_says_every_fault_with_its_options() -> None:
    error = InvalidRequest(
        [
            FieldError(pointer="/style", detail="Invalid style 'x'", allowed=("a", "b")),
            FieldError(pointer="/y", detail="z"),
        ]
    )
    for part in ("/style", "Invalid style 'x'", "a", "b", "/y", "z"):
        assert part in error.message
    assert error.message.index("/style") < error.message.index("/y")
    assert [fault.pointer for fault in error.errors] == ["/style", "/y"]


def test_messages_carry_the_numbers_that_help() -> None:
    assert InsufficientCredits(required=4, available=1).message == "Insufficient credits. Required: 4, Available: 1"
    assert InsufficientCredits(required=4, available=1).details == {"required": 4, "available": 1}
    assert PayloadTooLarge(10).details == {"limit_bytes": 10}
    assert MethodNotAllowed("PUT", ["GET", "POST"]).message == "PUT is not allowed here. Allowed: GET, POST."
    assert UnsupportedMediaType("").message == "Content-Type must be application/json, not absent."
    assert UnsupportedMediaType("text/html").message == "Content-Type must be application/json, not text/html."
