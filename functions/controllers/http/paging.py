"""Makes and reads page tokens: the place where the list continues, bound to the filters that the list was made with."""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime

from controllers.http.auth import document_id
from core.errors import FieldError, InvalidRequest
from core.records import Cursor
from services.accounts.ports import UserPlace

_ID_MAX = 500


def page_token(cursor: Cursor, filters: object) -> str:
    content = json.dumps([cursor.at.isoformat(), cursor.id, _digest(filters)])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read_page_token(token: str | None, filters: object, *, name: str = "page_token") -> Cursor | None:
    """Return the place in the token. Raises InvalidRequest unless `page_token` made it for these filters."""
    if token is None:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        at, last_id, digest = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(at)
        cursor = Cursor(moment.astimezone(UTC), document_id(name, str(last_id), longest=_ID_MAX))
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError, InvalidRequest) as error:
        raise _refused(name, "not a page token of this API") from error
    if digest != _digest(filters):
        raise _refused(name, "made for other filters; start without a token")
    if moment.tzinfo is None or not isinstance(last_id, str):
        raise _refused(name, "not a page token of this API")
    return cursor


def user_token(place: UserPlace, filters: object) -> str:
    content = json.dumps([place.email, place.id, _digest(filters)])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read_user_token(token: str | None, filters: object, *, name: str = "page_token") -> UserPlace | None:
    """Return the place in a token of a list of users, which is not sorted by time. Raises as read_page_token does."""
    if token is None:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        email, last_id, digest = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = UserPlace(email, document_id(name, str(last_id), longest=_ID_MAX))
    except (binascii.Error, ValueError, TypeError, RecursionError, InvalidRequest) as error:
        raise _refused(name, "not a page token of this API") from error
    if digest != _digest(filters):
        raise _refused(name, "made for other filters; start without a token")
    if not (isinstance(email, str) and email.isprintable() and isinstance(last_id, str)):
        raise _refused(name, "not a page token of this API")
    return place


def _digest(filters: object) -> str:
    return hashlib.sha256(repr(filters).encode()).hexdigest()[:12]


def _refused(name: str, detail: str) -> InvalidRequest:
    allowed = ("the next_page_token of the page before",)
    return InvalidRequest([FieldError(pointer=name, detail=detail, allowed=allowed)])
