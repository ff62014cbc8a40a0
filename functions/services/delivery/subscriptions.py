"""Readers get reports by mail, and each mail has a link by which its reader can end that."""

import base64
import binascii
import hashlib
import hmac

from core.clock import Clock
from core.errors import FieldError, InvalidRequest
from services.delivery.ports import Leaver, Leavers

_PURPOSE = b"unsubscribe:"


class SubscriptionService:
    """A token is an address, with a proof that we wrote to it.

    It needs no sign-in, and it can do nothing else.
    """

    def __init__(self, leavers: Leavers, *, pepper: str, public_url: str, clock: Clock) -> None:
        self._leavers = leavers
        self._pepper = pepper.encode()
        self._public_url = public_url
        self._clock = clock

    def url(self, address: str) -> str:
        return f"{self._public_url}/v1/reports/unsubscribe?token={self.token(address)}"

    def token(self, address: str) -> str:
        return f"{_text(address.encode())}.{_text(self._proof(address))}"

    def address(self, token: str) -> str:
        """Return the address that the token was made for. Raise InvalidRequest."""
        address, _, proof = token.partition(".")
        try:
            found = _bytes(address).decode()
            is_ours = hmac.compare_digest(_bytes(proof), self._proof(found))
        except (binascii.Error, ValueError) as error:
            raise _refused() from error
        if not is_ours:
            raise _refused()
        return found

    def wants(self, address: str) -> bool:
        return not self._leavers.has(address)

    def unsubscribe(self, token: str) -> None:
        """End the mails to the address that the token was made for. Raise InvalidRequest."""
        self._leavers.add(Leaver(self.address(token), self._clock()))

    def resubscribe(self, address: str) -> bool:
        """Send mails to the address again. Return False if it had not left."""
        return self._leavers.remove(address.strip().lower())

    def _proof(self, address: str) -> bytes:
        return hmac.digest(self._pepper, _PURPOSE + address.encode(), hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _refused() -> InvalidRequest:
    allowed = ("the token of a link in a mail of ours",)
    return InvalidRequest([FieldError(pointer="token", detail="not a token of ours", allowed=allowed)])
