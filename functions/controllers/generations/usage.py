from collections.abc import Iterable
from typing import TYPE_CHECKING

from controllers.http.wire import Answer, Call, Route
from core.errors import InvalidRequest
from domain.accounts.keys import Scope
from schemas.generations.usage import AskUsage, MonthResource, UsagePage

if TYPE_CHECKING:
    from services.generations.usage import UsageService


class UsageController:
    def __init__(self, usage: "UsageService") -> None:
        self._usage = usage

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/usage",
            name="getUsage",
            summary="Get what you used, by month and model: requests, images, credits.",
            handle=self.months,
            query=AskUsage,
            scope=Scope.BALANCE_READ,
            answers={200: UsagePage},
            errors=(InvalidRequest,),
        )

    def months(self, call: Call) -> Answer:
        wanted: AskUsage = call.query
        found = self._usage.months({call.user_id, *call.known_caller.account_ids}, wanted.months)
        return Answer(body=UsagePage(months=[*map(MonthResource.of, found)]))
