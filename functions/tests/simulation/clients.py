"""The clients order, look, wait and cancel. They ask again when they get no answer."""

from contextlib import suppress
from dataclasses import replace

from core.errors import IdempotencyKeyReused, InvalidRequest, RateLimited, Unauthenticated, Unavailable
from domain.accounts.errors import KeyBudgetExceeded, UserInactive
from domain.catalog.models import Ask
from domain.credits.errors import InsufficientCredits
from domain.credits.spending import Spender
from domain.generations.errors import AlreadyFinal
from services.generations.orders import Order
from simulation.scheduler import Violation
from simulation.universe import SIZES, Lost, Universe

_TRIES = 5
_FLOOD = 5


class Clients:
    """All clients share the list of orders, so that one may repeat what another has asked for."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._chance = universe.chance
        self._pause = universe.scheduler.pause
        self._orders: list[Order] = []
        self._direct_share = self._chance.choice((0.0, 0.5, 1.0))
        self._keyed_share = self._chance.choice((0.2, 0.9))
        self._haste = self._chance.choice((0.0, 0.0, 1.0, 30.0))
        self._count = 0

    def live(self, user_id: str) -> None:
        errands = (
            (self._create, 6),
            (self._look, 2),
            (self._wait, 1),
            (self._cancel, 1),
            (self._flood, 1),
            (self._balance, 1),
        )
        acts = [act for act, weight in errands for _ in range(weight)]
        for _ in range(12):
            if self._universe.is_closing:
                return
            self._chance.choice(acts)(user_id)
            self._pause(self._chance.uniform(0, self._haste))

    def _create(self, user_id: str) -> None:
        """Ask until there is an answer, if the order has a key. Without a key, each try is an order of its own."""
        order = self._order(user_id)
        for _ in range(_TRIES):
            try:
                self._ask_to_create(order)
            except (Lost, Unavailable):
                self._pause(self._chance.uniform(0, 4))
                if order.idempotency_key is None:
                    order = self._new_order(user_id)
            else:
                return

    def _ask_to_create(self, order: Order) -> None:
        universe = self._universe
        with universe.promises.asking(order.user_id, existed=self._exists(order)) as asking:
            try:
                created = universe.ask("create", lambda app: app.ordering.create(order), drawn=asking.drawn)
            except (InsufficientCredits, InvalidRequest, UserInactive) as refusal:
                universe.promises.refuse(asking, refusal)
            except (KeyBudgetExceeded, RateLimited):
                universe.promises.turn_away(asking, existed=asking.existed)
            except Unauthenticated:
                universe.promises.turn_away(asking, existed=False)
            except IdempotencyKeyReused:
                if not any(order.idempotency_key == each.idempotency_key and order != each for each in self._orders):
                    raise Violation("I6", f"{order.idempotency_key} was refused as reused, and was not") from None
            else:
                universe.promises.accept(order, created.generation)

    def _order(self, user_id: str) -> Order:
        """Return a new order, or repeat an earlier one, sometimes with another body under the same key."""
        known = [order for order in self._orders if order.user_id == user_id and order.idempotency_key]
        if not known or self._chance.random() < 0.75:
            return self._new_order(user_id)
        order = self._chance.choice(known)
        if self._chance.random() < 0.8:
            return order
        other = replace(self._made_up(user_id), idempotency_key=order.idempotency_key)
        self._orders.append(other)
        return other

    def _new_order(self, user_id: str) -> Order:
        order = self._made_up(user_id)
        self._orders.append(order)
        return order

    def _made_up(self, user_id: str) -> Order:
        self._count += 1
        ask = Ask(
            model="Model A" if self._chance.random() < self._direct_share else "Model R",
            params={"style": "realistic", "color": "vibrant", "size": self._chance.choice(SIZES)},
            prompt=f"order {self._count}",
        )
        key = f"key{self._count}" if self._chance.random() < self._keyed_share else None
        return Order(user_id=user_id, ask=ask, idempotency_key=key, spender=self._spender(user_id))

    def _spender(self, user_id: str) -> Spender:
        """Return the user as the spender, or sometimes the user's key, if there is one."""
        has_key = f"k{user_id}" in self._universe.records[f"users/{user_id}"].fields.get("keys", {})
        if has_key and self._chance.random() < 0.6:
            return Spender(key_id=f"k{user_id}", key_serial=1)
        return Spender()

    def _exists(self, order: Order) -> bool:
        if order.idempotency_key is None:
            return False
        generation_id = self._universe.instances[0].app.ordering._drafter.id_of(order)
        return f"generation_requests/{generation_id}" in self._universe.records

    def _look(self, user_id: str) -> None:
        self._see(user_id, 0)

    def _wait(self, user_id: str) -> None:
        self._see(user_id, 3)

    def _see(self, user_id: str, seconds: float) -> None:
        universe, generation_id = self._universe, self._one_of(user_id)
        if generation_id is None:
            return
        known = universe.promises.shown.get(generation_id)
        with suppress(Lost, Unavailable):
            view = universe.ask("look", lambda app: app.viewing.wait(user_id, generation_id, seconds))
            universe.promises.show(view.generation, known)

    def _flood(self, user_id: str) -> None:
        """Order and cancel again and again, as soon as the answer comes, or as soon as a model has begun."""
        for _ in range(_FLOOD):
            known = self._own(user_id)
            self._create(user_id)
            for generation_id in self._own(user_id)[len(known) :]:
                self._pause(self._chance.choice((0.0, 0.0, 5.0)))
                self._cancel_one(user_id, generation_id)

    def _cancel(self, user_id: str) -> None:
        generation_id = self._one_of(user_id)
        if generation_id is not None:
            self._cancel_one(user_id, generation_id)

    def _cancel_one(self, user_id: str, generation_id: str) -> None:
        try:
            cancelled = self._universe.ask("cancel", lambda app: app.cancelling.cancel(user_id, generation_id))
        except AlreadyFinal:
            if not self._universe.promises.ended(generation_id):
                raise Violation("final", f"{generation_id} was said to have ended, and has not") from None
        except (Lost, Unavailable):
            return
        else:
            self._universe.promises.show(cancelled, None)
            if cancelled.status != "cancelled":
                raise Violation("final", f"{generation_id} was cancelled, and is {cancelled.status}")
            if generation_id not in self._universe.conduct.withdrawn:
                raise Violation("task", f"{generation_id} was cancelled, and nobody took its task out of the queue")

    def _balance(self, user_id: str) -> None:
        with suppress(Lost, Unavailable):
            self._universe.ask("balance", lambda app: app.ledger.statement(user_id, entries=5))

    def _one_of(self, user_id: str) -> str | None:
        own = self._own(user_id)
        return self._chance.choice(own) if own else None

    def _own(self, user_id: str) -> list[str]:
        return [each for each, owner in self._universe.promises.accepted.items() if owner == user_id]
