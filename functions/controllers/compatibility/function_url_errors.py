"""Renders errors for the function URLs, in the bodies and words of feraset-imagen."""

from typing import Any

from controllers.http.body import EncodedBody, MalformedJson
from controllers.http.wire import Answer
from core.errors import AppError, FieldError, InvalidRequest, MethodNotAllowed, UnsupportedMediaType
from domain.accounts.errors import UserNotFound
from domain.generations.errors import GenerationNotFound

_OPTIONS = frozenset({"/style", "/color", "/size"})


class Missing(InvalidRequest):
    def __init__(self, name: str) -> None:
        super().__init__([FieldError(pointer=name, detail="required")])
        self.name = name


def _refused(status: int, message: str, error: str | None, **more: Any) -> Answer:
    return Answer(status=status, body={"success": False, "message": message, "error": error, **more})


def create_error(error: AppError, _: str) -> Answer:
    if isinstance(error, MethodNotAllowed):
        return _refused(405, "Only POST method is allowed", "Method not allowed")
    if isinstance(error, EncodedBody):
        return _refused(error.status, error.message, "Content-Encoding is not supported")
    if isinstance(error, UnsupportedMediaType):
        return _refused(400, "Content-Type must be application/json", "Invalid content type")
    if isinstance(error, MalformedJson):
        return _refused(400, "Invalid JSON in request body", "JSON parsing failed", detail=error.message)
    if isinstance(error, InvalidRequest):
        return _invalid_create(error)
    return _refused(
        error.status,
        error.message,
        error.message,
        error_type=_ERROR_TYPES.get(error.status, "system"),
        refunded=False,
        generation_request_id=None,
    )


_ERROR_TYPES = {
    401: "unauthenticated",
    402: "insufficient_credits",
    403: "forbidden",
    404: "not_found",
    413: "validation",
    429: "rate_limited",
}


def _invalid_create(error: InvalidRequest) -> Answer:
    """Return the answer to an invalid creation.

    It names every fault and the allowed values, in words that clients expect.
    """
    faults = [_sentence(fault) for fault in error.errors]
    if error.more:
        faults.append(f"and {error.more} more")
    if any(fault.pointer not in _OPTIONS or not fault.allowed for fault in error.errors):
        return _refused(400, "Request validation failed", "; ".join(faults), error_type="validation", errors=faults)
    sizes = [fault.detail for fault in error.errors if fault.pointer == "/size"]
    message = sizes[0].replace("Invalid size '", "Invalid image size: ").rstrip("'") if sizes else None
    return _refused(
        400,
        message or "Invalid generation parameters",
        "; ".join(faults),
        error_type="validation",
        refunded=False,
        generation_request_id=None,
        errors=faults,
    )


def _sentence(fault: FieldError) -> str:
    """Return a sentence such as `Invalid style 'x'. Valid options: [...]`, as in feraset-imagen's README."""
    if fault.pointer in _OPTIONS | {"/model"} and fault.allowed:
        return f"{fault.detail}. Valid options: {list(fault.allowed)}"
    return f"{fault.pointer.removeprefix('/')}: {fault.detail}"


def status_error(error: AppError, request_id: str) -> Answer:
    if isinstance(error, Missing):
        return _refused(400, f"{error.name} parameter is required", f"Missing {error.name}")
    if isinstance(error, GenerationNotFound):
        wanted = error.message.removeprefix("Generation not found: ")
        return _refused(404, f"Generation request not found: {wanted}", "Request does not exist")
    return short_error(error, request_id)


def credits_error(error: AppError, request_id: str) -> Answer:
    if isinstance(error, Missing):
        return _refused(400, "userId parameter is required", "Missing userId in query parameters or request body")
    if isinstance(error, UserNotFound):
        return _refused(404, error.message, "User does not exist")
    return short_error(error, request_id)


def validate_error(error: AppError, request_id: str) -> Answer:
    if isinstance(error, Missing):
        return Answer(status=400, body={"success": False, "message": "userId parameter is required"})
    if isinstance(error, UserNotFound):
        return Answer(status=404, body={"success": False, "message": error.message, "exists": False})
    return short_error(error, request_id)


def report_error(error: AppError, _: str) -> Answer:
    body = {"reportStatus": "failed", "error": error.message, "error_type": error.code}
    return Answer(status=error.status, body=body)


def short_error(error: AppError, _: str) -> Answer:
    return _refused(error.status, error.message, error.message, error_type=error.code)
