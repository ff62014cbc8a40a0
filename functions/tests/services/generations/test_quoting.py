import pytest

from domain.accounts.errors import UserNotFound
from orders import order
from world import World


def test_a_quote_costs_and_writes_nothing(world: World) -> None:
    before = world.records()
    quote = world.app.quoting.quote(order())
    assert (quote.price, quote.available, quote.sufficient) == (4, 100, True)
    assert world.records() == before
    assert not world.queue.waiting


def test_a_quote_says_that_it_will_not_do(world: World) -> None:
    assert not world.app.quoting.quote(order("bob")).sufficient


def test_a_quote_for_exactly_what_is_there_will_do(world: World) -> None:
    world.add_user("dora", 4)
    assert world.app.quoting.quote(order("dora")).sufficient


def test_a_quote_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(UserNotFound):
        world.app.quoting.quote(order("nobody"))
