from collections.abc import Iterable

from controllers.http.wire import Answer, Call, ExampleRequest, Route
from core.errors import InvalidRequest, PayloadTooLarge, PermissionDenied, Unavailable, UnsupportedMediaType
from domain.accounts.errors import UserInactive, UserNotFound
from domain.accounts.keys import Scope
from domain.credits.user import User
from schemas.accounts.claims import Claim, SignedOut
from schemas.credits import MeResource
from services.accounts.accounts import AccountService
from services.credits.ledger import LedgerService


class AccountController:
    def __init__(self, accounts: AccountService, ledger: LedgerService) -> None:
        self._accounts = accounts
        self._ledger = ledger

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/me",
            name="getMe",
            summary="Get who you are, and what you have. Your first call makes your account.",
            handle=self.me,
            scope=Scope.BALANCE_READ,
            answers={200: MeResource},
            errors=(UserNotFound,),
        )
        yield Route(
            method="POST",
            path="/v1/me/claim",
            name="claimAnonymous",
            summary="Take over what you made before you signed in to an account that existed already.",
            handle=self.claim,
            example=ExampleRequest(body={"anonymous_token": "passer-by-token"}),
            body=Claim,
            answers={200: MeResource},
            errors=(
                InvalidRequest,
                PermissionDenied,
                UserNotFound,
                UserInactive,
                PayloadTooLarge,
                UnsupportedMediaType,
                Unavailable,
            ),
        )
        yield Route(
            method="POST",
            path="/v1/me/sign-out",
            name="signOutEverywhere",
            summary="Sign out everywhere, at once. API keys keep working.",
            handle=self.sign_out,
            answers={200: SignedOut},
            errors=(PermissionDenied, UserNotFound, Unavailable),
        )

    def me(self, call: Call) -> Answer:
        return Answer(body=self._me(self._ledger.user(call.user_id)))

    def claim(self, call: Call) -> Answer:
        body: Claim = call.body
        return Answer(body=self._me(self._accounts.claim(call.user_id, body.anonymous_token)))

    def sign_out(self, call: Call) -> Answer:
        self._accounts.sign_out(call.user_id)
        return Answer(body=SignedOut())

    def _me(self, user: User) -> MeResource:
        return MeResource.of(user, welcome_credits_due=self._accounts.welcome_credits_due(user))
