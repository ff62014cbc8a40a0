"""Makes and reads page tokens: the place where the list continues, bound to the filters that the list was made with."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from controllers.http.auth import document_id
from core.errors import FieldError, InvalidRequest
from core.records import Cursor
from services.accounts.ports import UserPlace

_ID_MAX = 500


def paged[T](rows: Sequence[T], size: int, token_of: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """Return the rows of a page, and the token of the next page if there is one.

    `rows` has one more than `size` if more rows follow. `token_of` makes the token that continues after a row.
    """
    shown = rows[:size]
    return shown, token_of(shown[-1]) if len(rows) > size else None


def page_token(cursor: Cursor, filters: object) -> str:
    return _token(cursor.at.isoformat(), cursor.id, filters)


def read_page_token(token: str | None, filters: object, *, name: str = "page_token") -> Cursor | None:
    """Return the place in the token. Raises InvalidRequest unless `page_token` made it for these filters."""
    if token is None:
        return None
    at, last_id = _parts(token, filters, name)
    try:
        moment = datetime.fromisoformat(at)
        place = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_token(name) from error
    if moment.tzinfo is None:
        raise _no_token(name)
    return Cursor(place, last_id)


def user_token(place: UserPlace, filters: object) -> str:
    return _token(place.email, place.id, filters)


def read_user_token(token: str | None, filters: object, *, name: str = "page_token") -> UserPlace | None:
    """Return the place in a token of a list of users, which is not sorted by time. Raises as read_page_token does."""
    if token is None:
        return None
    email, last_id = _parts(token, filters, name)
    if not email.isprintable():
        raise _no_token(name)
    return UserPlace(email, last_id)


def _token(place: str, last_id: str, filters: object) -> str:
    content = json.dumps([place, last_id, _digest(filters)])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _parts(token: str, filters: object, name: str) -> tuple[str, str]:
    """Return the place and the id in a token of these filters. Raises InvalidRequest."""
    try:
        padded = token + "=" * (-len(token) % 4)
        place, last_id, digest = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        document_id(name, str(last_id), longest=_ID_MAX)
    except (binascii.Error, ValueError, TypeError, RecursionError, InvalidRequest) as error:
        raise _no_token(name) from error
    if digest != _digest(filters):
        raise _refused(name, "made for other filters; start without a token")
    if not (isinstance(place, str) and isinstance(last_id, str)):
        raise _no_token(name)
    return place, last_id


def _digest(filters: object) -> str:
    return hashlib.sha256(repr(filters).encode()).hexdigest()[:12]


def _no_token(name: str) -> InvalidRequest:
    return _refused(name, "not a page token of this API")


def _refused(name: str, detail: str) -> InvalidRequest:
    allowed = ("the next_page_token of the page before",)
    return InvalidRequest([FieldError(pointer=name, detail=detail, allowed=allowed)])
