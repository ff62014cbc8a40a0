"""A bug is planted by changing the product for the time of one test. The rules that must notice it are named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`rules` are those that may break first; which one does depends on the seed."""

    plant: Plant
    rules: frozenset[str]

    @property
    def name(self) -> str:
        return self.plant.__name__


MUTATIONS: list[Mutation] = []


def breaks(*rules: str) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        MUTATIONS.append(Mutation(plant, frozenset(rules)))
        return plant

    return register


def around(patch: pytest.MonkeyPatch, owner: Any, name: str, changed: Callable[..., Any]) -> None:
    """Replace a function by `changed`, which gets the original first, and then the arguments."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *args, **named: changed(original, *args, **named))
