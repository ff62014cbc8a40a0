"""A client can ask what an order would cost. Nothing is written."""

from dataclasses import dataclass

from core.clock import Clock
from domain.accounts.errors import UserNotFound
from domain.credits.postings import up_to_date
from domain.credits.spending import check_standing
from services.accounts.ports import Users
from services.catalog.catalog import CatalogService
from services.generations.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """This is the price of an order. All checks have passed except that of the balance, which `sufficient` tells."""

    price: int
    available: int

    @property
    def sufficient(self) -> bool:
        return self.available >= self.price


class QuoteService:
    def __init__(self, users: Users, catalog: CatalogService, clock: Clock) -> None:
        self._users = users
        self._catalog = catalog
        self._clock = clock

    def quote(self, order: Order) -> Quote:
        """Raise InvalidRequest, UserNotFound, and what `check_standing` raises."""
        choice = self._catalog.checked(order.ask)
        user = self._users.get(order.user_id)
        if user is None:
            raise UserNotFound(order.user_id)
        now = self._clock()
        check_standing(user.identity, order.spender, now)
        return Quote(price=choice.price.credits, available=up_to_date(user, now).balance.current_credits)
