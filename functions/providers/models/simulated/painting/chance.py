"""Makes all random choices, so that a scene gives the same picture in any process."""

import hashlib
import random


def digest(*parts: object) -> int:
    # A prompt may have half of a surrogate pair, which plain UTF-8 cannot encode.
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())


def dice(*parts: object) -> random.Random:
    return random.Random(digest(*parts))  # noqa: S311 - pictures, not secrets
