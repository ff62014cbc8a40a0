"""These are feraset-imagen's orders, and the status codes and bodies with which its functions answer wrong ones."""

from typing import Any

# The README of feraset-imagen has this order.
LANDSCAPE = {
    "userId": "arda",
    "model": "Model A",
    "style": "realistic",
    "color": "vibrant",
    "size": "1024x1024",
    "prompt": "A beautiful landscape",
}

SMALL = LANDSCAPE | {"size": "512x512"}


def refused(message: str, error: str, **more: Any) -> dict[str, Any]:
    return {"success": False, "message": message, "error": error, **more}


NO_REFUND = {"refunded": False, "generation_request_id": None}
CREATE_REFUSALS: dict[str, tuple[tuple[str, ...], int, dict[str, Any]]] = {
    "not a POST": ((), 405, refused("Only POST method is allowed", "Method not allowed")),
    "no JSON": (
        ("-d", "prompt=A beautiful landscape"),
        400,
        refused("Content-Type must be application/json", "Invalid content type"),
    ),
    "broken JSON": (
        ("-H", "Content-Type: application/json", "-d", "{not json"),
        400,
        refused("Invalid JSON in request body", "JSON parsing failed"),
    ),
    "empty object": (
        ("-H", "Content-Type: application/json", "-d", "{}"),
        400,
        refused("Invalid JSON in request body", "JSON parsing failed"),
    ),
}
ORDER_REFUSALS: dict[str, tuple[dict[str, str], int, dict[str, Any]]] = {
    "fields missing": (
        {"userId": "arda", "model": "Model A"},
        400,
        {"success": False, "message": "Request validation failed", "error_type": "validation"},
    ),
    "unknown size": (
        SMALL | {"size": "800x600"},
        400,
        {"success": False, "message": "Invalid image size: 800x600", "error_type": "validation", **NO_REFUND},
    ),
    "unknown model": (
        SMALL | {"model": "Model C"},
        400,
        {"success": False, "message": "Request validation failed", "error_type": "validation"},
    ),
    "unknown style": (
        SMALL | {"style": "cubism"},
        400,
        {"success": False, "message": "Invalid generation parameters", "error_type": "validation", **NO_REFUND},
    ),
    "unknown user": (
        SMALL | {"userId": "benyokum"},
        404,
        {"success": False, "message": "User not found: benyokum", "error_type": "not_found", **NO_REFUND},
    ),
    "too few credits": (
        SMALL | {"userId": "mike_creative", "size": "1024x1792"},
        402,
        {
            "success": False,
            "message": "Insufficient credits. Required: 4, Available: 3",
            "error_type": "insufficient_credits",
            **NO_REFUND,
        },
    ),
}
LOOK_REFUSALS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "no id": (
        "getGenerationStatus",
        400,
        refused("generationRequestId parameter is required", "Missing generationRequestId"),
    ),
    "unknown id": (
        "getGenerationStatus?generationRequestId=gen_123",
        404,
        refused("Generation request not found: gen_123", "Request does not exist"),
    ),
    "nobody's credits": (
        "getUserCredits",
        400,
        refused("userId parameter is required", "Missing userId in query parameters or request body"),
    ),
    "unknown user's credits": (
        "getUserCredits?userId=benyokum",
        404,
        refused("User not found: benyokum", "User does not exist"),
    ),
    "nobody to validate": ("validate_user", 400, {"success": False, "message": "userId parameter is required"}),
    "unknown user to validate": (
        "validate_user?userId=benyokum",
        404,
        {"success": False, "message": "User not found: benyokum", "exists": False},
    ),
}
