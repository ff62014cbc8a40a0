"""Serves users and credits at function URLs of feraset-imagen, with the same fields, status codes and error bodies."""

from dataclasses import replace

from flask import Request, Response

from controllers.compatibility.function_url_errors import credits_error, validate_error
from controllers.compatibility.requests import Callers, optional_parameter
from controllers.http.boundary import HttpBoundary
from controllers.http.paging import page_token, paged, read_page_token
from controllers.http.wire import Answer
from core.records import Cursor
from schemas.compatibility.function_urls import UserCredits, UserData, UserExists
from services.credits.ledger import LedgerService

_TRANSACTIONS_MAX = 100


class UserUrls:
    def __init__(self, ledger: LedgerService, callers: Callers, boundary: HttpBoundary) -> None:
        self._ledger = ledger
        self._callers = callers
        self._boundary = boundary

    def get_user_credits(self, request: Request) -> Response:
        return self._boundary.serve(request, self._credits, credits_error)

    def validate_user(self, request: Request) -> Response:
        return self._boundary.serve(request, self._validate, validate_error)

    def _credits(self, request: Request, _: str) -> Answer:
        user_id = self._callers.named_user(request)
        after = read_page_token(optional_parameter(request, "pageToken"), "transactions", name="pageToken")
        statement = self._ledger.statement(user_id, entries=_TRANSACTIONS_MAX + 1, after=after)
        shown, token = paged(
            statement.entries,
            _TRANSACTIONS_MAX,
            lambda last: page_token(Cursor(last.timestamp, last.id), "transactions"),
        )
        return Answer(body=UserCredits.of(replace(statement, entries=tuple(shown)), token))

    def _validate(self, request: Request, _: str) -> Answer:
        user = self._ledger.user(self._callers.named_user(request))
        identity, current = user.identity, user.balance.current_credits
        data = UserData(name=identity.name, email=identity.email, current_credits=current)
        return Answer(body=UserExists(user_data=data))
