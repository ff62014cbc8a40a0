"""Shows how a request reached a deployed function, so that operators need not guess which proxies stand before it."""

from collections.abc import Iterable

from controllers.http.addresses import AddressReader, forwarded_for
from controllers.http.wire import Access, Answer, Call, Route
from core.errors import PermissionDenied
from domain.accounts.keys import Scope
from schemas.operations.connection import ConnectionResource

_OF_PROXIES = ("cdn-loop", "fastly-client-ip", "forwarded", "host", "via", "x-real-ip")
_OF_PROXIES_PREFIXES = ("x-forwarded-", "x-google-")


class AdminConnectionController:
    def __init__(self, addresses: AddressReader) -> None:
        self._addresses = addresses

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/admin/connection",
            name="adminGetConnection",
            summary="Show how this very request reached the function: by which proxies, and from which address.",
            handle=self.connection,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: ConnectionResource},
            errors=(PermissionDenied,),
        )

    def connection(self, call: Call) -> Answer:
        """Show the request. Of most headers only the name is shown, so that no credential is."""
        shown = {
            name: value
            for name, value in sorted(call.headers.items())
            if name in _OF_PROXIES or name.startswith(_OF_PROXIES_PREFIXES)
        }
        return Answer(
            body=ConnectionResource(
                address=self._addresses.address_of(call.headers, call.remote),
                connection=call.remote,
                forwarded_for=forwarded_for(call.headers),
                headers=shown,
                header_names=sorted(call.headers),
            )
        )
