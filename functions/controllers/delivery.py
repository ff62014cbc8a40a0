"""Ends mail subscriptions: a page with a button for people, and one POST for mail programs (RFC 8058)."""

from collections.abc import Iterable

from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.errors import InvalidRequest, Unavailable
from schemas.delivery import Unsubscribe
from services.delivery.subscriptions import SubscriptionService

_HTML = "text/html"
_HEADERS = {
    "Content-Type": f"{_HTML}; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Darkroom reports</title>
<style>body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 12vh auto; padding: 0 1.25rem; }}
button {{ font: inherit; padding: 0.5rem 1.25rem; }}</style></head>
<body><main><h1>{title}</h1>{content}</main></body>
</html>
"""
_ASK = _PAGE.format(
    title="No more weekly reports?",
    content='<form method="post"><button type="submit">Unsubscribe</button></form>',
)
_DONE = _PAGE.format(
    title="Done",
    content="<p>You get no more weekly reports. Whoever runs Darkroom for you can switch them on again.</p>",
)

# The token is that of ann@example.com, and it holds where the pepper is that of the reference.
_ANNS = ExampleRequest(query={"token": "YW5uQGV4YW1wbGUuY29t.uGrUw4W9jv3TzPzIhVLeiuuaE2VBUQYH2JJ0Hqvz3Yo"})


class UnsubscribeController:
    def __init__(self, subscriptions: SubscriptionService) -> None:
        self._subscriptions = subscriptions

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/reports/unsubscribe",
            name="askToUnsubscribe",
            summary="Get the page that asks whether to unsubscribe. A program that follows the link changes nothing.",
            handle=self.ask,
            example=_ANNS,
            query=Unsubscribe,
            access=Access.PUBLIC,
            answers={200: None},
            media_types=(_HTML,),
            errors=(InvalidRequest,),
        )
        yield Route(
            method="POST",
            path="/v1/reports/unsubscribe",
            name="unsubscribe",
            summary="Unsubscribe from reports by mail in one step, as mail programs do it. The body is ignored.",
            handle=self.leave,
            example=_ANNS,
            query=Unsubscribe,
            access=Access.PUBLIC,
            answers={200: None},
            media_types=(_HTML,),
            errors=(InvalidRequest, Unavailable),
        )

    def ask(self, call: Call) -> Answer:
        query: Unsubscribe = call.query
        self._subscriptions.address(query.token)
        return Answer(body=_ASK.encode(), headers=_HEADERS)

    def leave(self, call: Call) -> Answer:
        query: Unsubscribe = call.query
        self._subscriptions.unsubscribe(query.token)
        return Answer(body=_DONE.encode(), headers=_HEADERS)
