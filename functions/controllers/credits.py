from collections.abc import Iterable

from controllers.http.paging import page_token, paged, read_page_token
from controllers.http.wire import Answer, Call, Route
from core.errors import InvalidRequest
from core.records import Cursor
from domain.accounts.errors import UserNotFound
from domain.accounts.keys import Scope
from domain.credits.ledger import Entry
from schemas.credits import BalanceResource, EntryPage, EntryResource, ListEntries
from services.credits.ledger import LedgerService

_NEWEST = 20


class LedgerController:
    def __init__(self, ledger: LedgerService) -> None:
        self._ledger = ledger

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/balance",
            name="getBalance",
            summary="Get your balance with the newest entries of your ledger.",
            handle=self.balance,
            scope=Scope.BALANCE_READ,
            answers={200: BalanceResource},
            errors=(UserNotFound,),
        )
        yield Route(
            method="GET",
            path="/v1/ledger",
            name="listEntries",
            summary="List the entries of your ledger, newest first. They add up to your balance.",
            handle=self.page,
            query=ListEntries,
            scope=Scope.BALANCE_READ,
            answers={200: EntryPage},
            errors=(InvalidRequest,),
        )

    def balance(self, call: Call) -> Answer:
        return Answer(body=BalanceResource.of(self._ledger.statement(call.user_id, entries=_NEWEST)))

    def page(self, call: Call) -> Answer:
        wanted: ListEntries = call.query
        after = read_page_token(wanted.page_token, "entries")
        found = self._ledger.page(call.user_id, after=after, limit=wanted.page_size + 1)
        shown, token = paged(found, wanted.page_size, _token_after)
        return Answer(body=EntryPage(data=[*map(EntryResource.of, shown)], next_page_token=token))


def _token_after(entry: Entry) -> str:
    return page_token(Cursor(entry.timestamp, entry.id), "entries")
