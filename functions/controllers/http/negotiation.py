"""Chooses the format of an answer by the Accept header (RFC 9110, section 12)."""

from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from core.errors import NotAcceptable


def best_of(headers: Mapping[str, str], offered: Sequence[str]) -> str:
    """Return the offered format that the caller likes best, or the first if it has no wish. Raises NotAcceptable."""
    wanted = headers.get("accept", "").strip() or "*/*"
    accepted = parse_accept_header(wanted, MIMEAccept)
    found = MIMEAccept([(_without_parameters(kind), quality) for kind, quality in accepted]).best_match(offered)
    if found is None:
        raise NotAcceptable(offered)
    return found


def _without_parameters(kind: str) -> str:
    """Return the format without its parameters.

    Each format is offered once, so a charset or a version changes nothing.
    """
    return kind.partition(";")[0].strip()
