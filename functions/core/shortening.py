"""Texts that come from outside are made short enough to be repeated in an answer."""

import json

_ELLIPSIS = "…"


def written_bytes(text: str) -> int:
    """Return how many bytes the text takes inside a JSON document, where a control character takes six."""
    return len(json.dumps(text, ensure_ascii=False).encode(errors="replace"))


def shortened(text: str, bytes_max: int) -> str:
    """Return the text, or as much of its beginning as takes at most `bytes_max` bytes in JSON, with an ellipsis."""
    if len(text) * 6 <= bytes_max or written_bytes(text) <= bytes_max:
        return text
    kept = text[:bytes_max]
    while kept and written_bytes(kept + _ELLIPSIS) > bytes_max:
        kept = kept[: len(kept) * 9 // 10]
    return kept + _ELLIPSIS


def first_of(texts: tuple[str, ...], bytes_max: int) -> tuple[str, ...]:
    """Return the texts. Where they take over `bytes_max` bytes, return those that fit, and how many more there are."""
    kept: list[str] = []
    left = bytes_max
    for text in texts:
        left -= written_bytes(text) + len(", ")
        if left < 0:
            return (*kept, f"… and {len(texts) - len(kept)} more")
        kept.append(text)
    return texts
