"""Which of the formats that there are is sent: RFC 9110, section 12."""

from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from core.errors import NotAcceptable


def best_of(headers: Mapping[str, str], offered: Sequence[str]) -> str:
    """The caller's favourite; the first one where it has none. Raises NotAcceptable."""
    wanted = headers.get("accept", "").strip() or "*/*"
    accepted = parse_accept_header(wanted, MIMEAccept)
    found = MIMEAccept([(_without_parameters(kind), quality) for kind, quality in accepted]).best_match(offered)
    if found is None:
        raise NotAcceptable(offered)
    return found


def _without_parameters(kind: str) -> str:
    """Each format is there once, so that a charset or a version of it asks for nothing else."""
    return kind.partition(";")[0].strip()
